// The program `souk`: reads the configuration once and runs a subcommand.
#include "app/audit/audit.hpp"
#include "app/commands/commands.hpp"
#include "app/psp/psp_server.hpp"
#include "app/sim/sim.hpp"
#include "app/system.hpp"
#include "base/crypto.hpp"
#include "base/log.hpp"

#include <CLI/CLI.hpp>

#include <csignal>
#include <cstdio>

namespace {

using namespace souk;

log::level level_of(const std::string& name) {
  if (name == "debug")
    return log::level::debug;
  if (name == "warn")
    return log::level::warn;
  return name == "error" ? log::level::error : log::level::info;
}

/// What the subcommands take beside --section.name=value.
struct arguments {
  std::string config_file;
  std::string file;
  app::import_choice import;
  app::export_choice exported;
  app::demo_choice demo;
  std::string key_name = "admin";
  bool long_dead = false;
  std::string node; ///< to drain
  int64_t patience_seconds = 60;
  psp::psp_options psp;
  audit::audit_options audit;
  sim::sim_options sim;
};

struct commands {
  CLI::App* serve;
  CLI::App* migrate;
  CLI::App* import;
  CLI::App* exported;
  CLI::App* demo;
  CLI::App* psp;
  CLI::App* admin_key;
  CLI::App* audit;
  CLI::App* sim;
  CLI::App* members;
  CLI::App* drain;
};

void describe_simulation(CLI::App& sub, sim::sim_options& o) {
  sub.add_option("--seeds", o.seeds, "how many lives");
  sub.add_option("--seed", o.seed, "the first one; alone: only that one");
  sub.add_flag("--crash-every-step", o.crash_every_step, "one purchase, killed after each step");
  sub.add_option("--jobs", o.jobs, "lives at a time; 0: one for each processor");
  sub.add_option("--only", o.only, "parts of the life of --seed, as a failure prints them");
  sub.add_option("--shrink", o.shrink_lives, "lives to spend on making a failing one small");
  sub.add_flag("--verbose", o.verbose);
  sub.add_flag("--faults", o.tell_faults, "tells what went wrong, and in how many lives");
}

void describe_import(CLI::App& sub, arguments& a) {
  auto& how = a.import;
  sub.add_option("file", a.file, "JSON Lines, Shopify's product CSV or DummyJSON (docs/import.md)")
      ->required();
  sub.add_option("--format", how.format)
      ->check(CLI::IsMember({"auto", "jsonl", "shopify", "dummyjson"}));
  sub.add_option("--warehouse", how.warehouse, "takes the stock of files that name none");
  sub.add_option("--currency", how.currency, "of a Shopify file's prices");
  sub.add_option("--currencies", how.currencies,
                 "a DummyJSON file is sold at the same amount in each of these")
      ->delimiter(',');
  sub.add_option("--report", how.report, "where errors go, default FILE.errors.csv");
  sub.add_flag("--dry-run", how.dry_run, "check everything, write nothing");
  sub.add_flag("--from-start", how.from_start,
               "not on from where an interrupted import of this file was");
}

commands describe(CLI::App& app, arguments& a) {
  app.require_subcommand(1);
  const auto add = [&](const char* name, const char* help) {
    auto* sub = app.add_subcommand(name, help);
    sub->add_option("--config", a.config_file, "settings, default souk.toml");
    sub->allow_extras(); // --section.name=value
    sub->footer("Settings, as --section.name=value, in the file, or as SOUK_SECTION_NAME:\n" +
                describe_config());
    return sub;
  };
  commands all{add("serve", "run a node"),
               add("migrate", "bring the database's schema up to date"),
               add("import", "import a catalogue file"),
               add("export", "write the catalogue to a file"),
               add("demo", "fill the catalogue with believable products"),
               add("psp", "simulate the payment provider's API"),
               add("admin-key", "make an API key for an administrator"),
               add("audit", "check the promises from the data"),
               add("sim", "simulate a cluster with faults, from seeds"),
               add("members", "show who belongs to the cluster"),
               add("drain", "ask a node to hand over what it has and end")};
  describe_import(*all.import, a);
  all.exported->add_option("file", a.file, "'-' is standard output")->required();
  all.exported->add_option("--format", a.exported.format)
      ->check(CLI::IsMember({"jsonl", "shopify"}));
  all.exported->add_option("--currency", a.exported.currency, "of a Shopify file's prices");
  all.exported->add_option("--warehouse", a.exported.warehouse, "whose stock a Shopify file has");
  all.demo->add_option("--products", a.demo.products, "a larger number adds to a smaller one")
      ->check(CLI::Range(1, 10'000'000));
  all.demo->add_option("--seed", a.demo.seed);
  all.demo->add_flag("!--no-stock", a.demo.stock, "leave every shelf empty");
  all.admin_key->add_option("--name", a.key_name);
  all.psp->add_option("--port", a.psp.port)->check(CLI::Range(0, 65535));
  all.psp->add_option("--api-key", a.psp.api_key);
  all.psp->add_option("--webhook-url", a.psp.webhook_url);
  all.psp->add_option("--webhook-secret", a.psp.webhook_secret);
  all.psp->add_option("--data", a.psp.data, "directory that keeps what it knows");
  all.audit->add_option("--psp", a.audit.psp, "compare with the payment simulator at this URL");
  all.audit->add_option("--history", a.audit.history, "what clients were told, JSON lines");
  all.audit->add_flag("--settled", a.audit.settled, "the shop had time to finish: lag is a fault");
  all.audit->add_flag("--json", a.audit.json, "one JSON object");
  describe_simulation(*all.sim, a.sim);
  all.members->add_flag("--all", a.long_dead, "those that died long ago, too");
  all.drain->add_option("node", a.node, "its name")->required();
  all.drain->add_option("--patience", a.patience_seconds, "seconds to wait for it")
      ->check(CLI::Range(1, 3'600));
  return all;
}

int run(const commands& all, CLI::App& chosen, arguments& a) {
  const auto c = load_config(a.config_file, chosen.remaining());
  if (!c) {
    std::fprintf(stderr, "souk: %s\n", c.error().detail.c_str());
    return app::exit_usage;
  }
  log::start(level_of(c->log.level), c->log.format);
  if (&chosen == all.serve)
    return app::serve(*c);
  if (&chosen == all.migrate)
    return app::migrate(*c);
  if (&chosen == all.import)
    return app::import_file(*c, a.file, a.import);
  if (&chosen == all.exported)
    return app::export_file(*c, a.file, a.exported);
  if (&chosen == all.demo)
    return app::demo(*c, a.demo);
  if (&chosen == all.admin_key)
    return app::admin_key(*c, a.key_name);
  if (&chosen == all.members)
    return app::members(*c, a.long_dead);
  if (&chosen == all.drain)
    return app::drain(*c, a.node, std::chrono::seconds{a.patience_seconds});
  if (&chosen == all.sim) {
    if (chosen.count("--seed") > 0 && chosen.count("--seeds") == 0)
      a.sim.seeds = 1;
    return sim::run_sim(a.sim);
  }
  if (&chosen == all.audit) {
    a.audit.postgres = c->postgres.url;
    a.audit.psp_key = c->payments.api_key;
    return audit::run_audit(a.audit, app::database_clock{});
  }
  if (a.psp.webhook_secret.empty())
    a.psp.webhook_secret = c->payments.webhook_secret;
  app::system_entropy random;
  const app::database_clock time;
  return psp::run_psp(a.psp, time, random);
}

} // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  start_crypto();
  CLI::App app{"souk, a commerce engine"};
  arguments a;
  const auto all = describe(app, a);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? app::exit_ok : app::exit_usage;
  }
  return run(all, *app.get_subcommands().front(), a);
}
