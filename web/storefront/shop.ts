// The islands of the storefront. Every page works without them; they keep it true while it stays
// open: the cart's count, how many are left, what became of an order.
import { followOrder } from "./order";
import { followProduct } from "./product";
import { keepCartCount } from "./cart";
import { guardForms } from "./forms";

guardForms();
keepCartCount();
followProduct();
followOrder();
