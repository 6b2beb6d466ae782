-- Tax and shipping as rows: parts per million and minor units, never a fraction.

-- included: shop prices for that country are gross and contain this tax; otherwise it is added.
create table tax_rate (
  country      char(2) not null,
  tax_category text not null,
  rate_ppm     bigint not null check (rate_ppm between 0 and 1000000),
  included     boolean not null,
  primary key (country, tax_category)
);
insert into tax_rate (country, tax_category, rate_ppm, included) values
  ('AT', 'standard', 200000, true), ('AT', 'reduced', 100000, true), ('AT', 'books', 100000, true),
  ('BE', 'standard', 210000, true), ('BE', 'reduced',  60000, true), ('BE', 'books',  60000, true),
  ('BG', 'standard', 200000, true), ('BG', 'reduced',  90000, true), ('BG', 'books',  90000, true),
  ('CY', 'standard', 190000, true), ('CY', 'reduced',  90000, true), ('CY', 'books',  30000, true),
  ('CZ', 'standard', 210000, true), ('CZ', 'reduced', 120000, true), ('CZ', 'books',      0, true),
  ('DE', 'standard', 190000, true), ('DE', 'reduced',  70000, true), ('DE', 'books',  70000, true),
  ('DK', 'standard', 250000, true), ('DK', 'reduced', 250000, true), ('DK', 'books', 250000, true),
  ('EE', 'standard', 240000, true), ('EE', 'reduced', 130000, true), ('EE', 'books',  90000, true),
  ('ES', 'standard', 210000, true), ('ES', 'reduced', 100000, true), ('ES', 'books',  40000, true),
  ('FI', 'standard', 255000, true), ('FI', 'reduced', 135000, true), ('FI', 'books', 135000, true),
  ('FR', 'standard', 200000, true), ('FR', 'reduced',  55000, true), ('FR', 'books',  55000, true),
  ('GB', 'standard', 200000, true), ('GB', 'reduced',  50000, true), ('GB', 'books',      0, true),
  ('GR', 'standard', 240000, true), ('GR', 'reduced', 130000, true), ('GR', 'books',  60000, true),
  ('HR', 'standard', 250000, true), ('HR', 'reduced', 130000, true), ('HR', 'books',  50000, true),
  ('HU', 'standard', 270000, true), ('HU', 'reduced', 180000, true), ('HU', 'books',  50000, true),
  ('IE', 'standard', 230000, true), ('IE', 'reduced', 135000, true), ('IE', 'books',      0, true),
  ('IT', 'standard', 220000, true), ('IT', 'reduced', 100000, true), ('IT', 'books',  40000, true),
  ('LT', 'standard', 210000, true), ('LT', 'reduced', 120000, true), ('LT', 'books',  50000, true),
  ('LU', 'standard', 170000, true), ('LU', 'reduced',  80000, true), ('LU', 'books',  30000, true),
  ('LV', 'standard', 210000, true), ('LV', 'reduced', 120000, true), ('LV', 'books',  50000, true),
  ('MT', 'standard', 180000, true), ('MT', 'reduced',  70000, true), ('MT', 'books',  50000, true),
  ('NL', 'standard', 210000, true), ('NL', 'reduced',  90000, true), ('NL', 'books',  90000, true),
  ('PL', 'standard', 230000, true), ('PL', 'reduced',  80000, true), ('PL', 'books',  50000, true),
  ('PT', 'standard', 230000, true), ('PT', 'reduced', 130000, true), ('PT', 'books',  60000, true),
  ('RO', 'standard', 210000, true), ('RO', 'reduced', 110000, true), ('RO', 'books', 110000, true),
  ('SE', 'standard', 250000, true), ('SE', 'reduced', 120000, true), ('SE', 'books',  60000, true),
  ('SI', 'standard', 220000, true), ('SI', 'reduced',  95000, true), ('SI', 'books',  50000, true),
  ('SK', 'standard', 230000, true), ('SK', 'reduced', 190000, true), ('SK', 'books',  50000, true),
  ('CH', 'standard',  81000, true), ('CH', 'reduced',  26000, true), ('CH', 'books',  26000, true),
  ('NO', 'standard', 250000, true), ('NO', 'reduced', 150000, true), ('NO', 'books',      0, true),
  ('US', 'standard',      0, false), ('CA', 'standard',  50000, false);

-- amount is the flat price, or the base for by_weight; free_over applies to the discounted subtotal.
create table shipping_option (
  id        text not null,
  currency  char(3) not null,
  zone      text not null,
  name      text not null,
  kind      text not null check (kind in ('flat', 'by_weight', 'free_over')),
  amount    bigint not null check (amount >= 0),
  per_kilo  bigint not null default 0 check (per_kilo >= 0),
  free_over bigint check (free_over >= 0),
  countries text[] not null default '{}',        -- empty: wherever no other zone of this id reaches
  position  integer not null default 0,
  primary key (id, currency, zone),
  check ((kind = 'free_over') = (free_over is not null))
);
insert into shipping_option
  (id, currency, zone, name, kind, amount, per_kilo, free_over, countries, position)
select id, currency, zone, name, kind, amount, per_kilo, free_over, countries::text[], position from (values
  ('standard', 'home',  'Standard', 'free_over',  490,    0, 4900, '{DE,FR,GB}', 1),
  ('standard', 'eu',    'Standard', 'free_over',  790,    0, 9900,
   '{AT,BE,BG,CY,CZ,DK,EE,ES,FI,GR,HR,HU,IE,IT,LT,LU,LV,MT,NL,PL,PT,RO,SE,SI,SK}', 1),
  ('standard', 'world', 'Standard', 'by_weight', 1490,  400, null, '{}', 1),
  ('express',  'home',  'Express',  'flat',       990,    0, null, '{DE,FR,GB}', 2),
  ('express',  'world', 'Express',  'by_weight', 1990,  900, null, '{}', 2)
) as o(id, zone, name, kind, amount, per_kilo, free_over, countries, position),
(values ('EUR'), ('USD'), ('GBP')) as c(currency);
