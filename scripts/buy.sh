#!/bin/bash
# Buys one thing: a product, a cart, a line, an order. The URL of the shop is the argument.

shop=${1:-http://127.0.0.1:8080}
sku=$(curl -s "$shop/v1/products?limit=1" | jq -r '.items[0].variants[0].sku')
cart=$(curl -s --json '{"currency":"EUR","country":"DE"}' $shop/v1/carts | jq -r .id)
curl -s --json '{"sku":"'$sku'","quantity":2}' $shop/v1/carts/$cart/lines | jq .subtotal
curl -s --json '{"cart_id":"'$cart'","email":"ada@example.org","shipping_option":"standard",
  "shipping_address":{"name":"Ada Lovelace","line1":"Unter den Linden 1","city":"Berlin",
                      "postal_code":"10117","country":"DE"},
  "payment":{"provider":"stripe","payment_method":"pm_card_visa"}}' \
  -H "Idempotency-Key: buy-$cart" $shop/v1/orders | tee order.json | jq '{number, status, totals}'
curl -s -H "Authorization: Bearer $(jq -r .access_token order.json)" \
  $shop/v1/orders/$(jq -r .id order.json) | jq .payment
