// Buttons that are pressed once, and fresh keys on a page that came back from the browser's memory:
// its old key would make a second, wanted press a repeat of the first.
export function guardForms(): void {
  document.querySelectorAll<HTMLFormElement>("form[data-once]").forEach((form) => {
    form.addEventListener("submit", (event) => {
      const button = event.submitter as HTMLButtonElement | null;
      // Only after the form was read: a disabled button's name would not be sent.
      setTimeout(() => button && (button.disabled = true));
    });
  });
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    document.querySelectorAll<HTMLButtonElement>("form[data-once] button").forEach((b) => (b.disabled = false));
    document.querySelectorAll<HTMLInputElement>("form[data-product] input[name=key]").forEach((key) => {
      key.value = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;
    });
  });
}
