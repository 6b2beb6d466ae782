-- Where goods lie and how far that is from a buyer; the projection of what is on the shelves.
-- Coordinates are integer micro-degrees.

create table warehouse (
  id           text collate "C" primary key check (id ~ '^[a-z0-9-]{1,32}$'),
  name         text not null,
  country      char(2) not null,
  postal_code  text not null,
  latitude     bigint not null check (latitude between -90000000 and 90000000),
  longitude    bigint not null check (longitude between -180000000 and 180000000),
  active       boolean not null default true
);
insert into warehouse values
  ('berlin', 'Berlin', 'DE', '12099', 52467000, 13385000, true),
  ('lyon',   'Lyon',   'FR', '69007', 45731000,  4837000, true),
  ('leeds',  'Leeds',  'GB', 'LS11',  53778000, -1560000, true);

-- Written by the stock projection alone; (sku, warehouse) is one stock entity, seq its last event.
create table stock_level (
  sku        text collate "C" not null,
  warehouse  text collate "C" not null,
  on_hand    bigint not null,
  reserved   bigint not null,
  available  bigint not null,
  seq        bigint not null,
  updated_at timestamptz not null default now(),
  primary key (sku, warehouse)
);

-- A destination is the place of its longest known postal prefix; '' is the country's middle.
create table country_place (
  country   char(2) not null,
  prefix    text collate "C" not null default '',
  latitude  bigint not null,
  longitude bigint not null,
  primary key (country, prefix)
);
insert into country_place (country, latitude, longitude) values
  ('AT', 47516000,  14550000), ('BE', 50503000,   4469000), ('BG', 42733000,  25485000),
  ('CH', 46818000,   8227000), ('CY', 35126000,  33429000), ('CZ', 49817000,  15472000),
  ('DE', 51165000,  10451000), ('DK', 56263000,   9501000), ('EE', 58595000,  25013000),
  ('ES', 40463000,  -3749000), ('FI', 61924000,  25748000), ('FR', 46603000,   1888000),
  ('GB', 54000000,  -2500000), ('GR', 39074000,  21824000), ('HR', 45100000,  15200000),
  ('HU', 47162000,  19503000), ('IE', 53412000,  -8243000), ('IT', 41871000,  12567000),
  ('LT', 55169000,  23881000), ('LU', 49815000,   6129000), ('LV', 56879000,  24603000),
  ('MT', 35937000,  14375000), ('NL', 52132000,   5291000), ('NO', 60472000,   8468000),
  ('PL', 51919000,  19145000), ('PT', 39399000,  -8224000), ('RO', 45943000,  24966000),
  ('SE', 60128000,  18643000), ('SI', 46151000,  14995000), ('SK', 48669000,  19699000),
  ('US', 39828000, -98579000), ('CA', 56130000,-106346000), ('AU',-25274000, 133775000),
  ('JP', 36204000, 138252000);
insert into country_place (country, prefix, latitude, longitude) values
  ('DE', '0', 51200000,  13000000), ('DE', '1', 52700000,  13000000), ('DE', '2', 53700000,   9700000),
  ('DE', '3', 51900000,   9700000), ('DE', '4', 51700000,   7200000), ('DE', '5', 50600000,   7000000),
  ('DE', '6', 49800000,   8400000), ('DE', '7', 48500000,   8900000), ('DE', '8', 48100000,  11300000),
  ('DE', '9', 49700000,  11200000),
  ('FR', '0', 43900000,   6500000), ('FR', '1', 44500000,   1500000), ('FR', '2', 48000000,  -2800000),
  ('FR', '3', 44300000,   1500000), ('FR', '4', 47300000,    500000), ('FR', '5', 48600000,   4500000),
  ('FR', '59', 50500000,  3200000), ('FR', '6', 46500000,   5000000), ('FR', '67', 48600000,  7600000),
  ('FR', '69', 45760000,  4840000), ('FR', '7', 48000000,   2300000), ('FR', '75', 48860000,  2350000),
  ('FR', '8', 46500000,   1500000), ('FR', '9', 48850000,   2300000),
  ('GB', 'AB', 57150000, -2100000), ('GB', 'B', 52480000,  -1900000), ('GB', 'BS', 51450000, -2590000),
  ('GB', 'BT', 54600000, -5930000), ('GB', 'CF', 51480000, -3180000), ('GB', 'E', 51530000,    -30000),
  ('GB', 'EH', 55950000, -3190000), ('GB', 'G', 55860000,  -4250000), ('GB', 'L', 53410000,  -2980000),
  ('GB', 'LS', 53800000, -1550000), ('GB', 'M', 53480000,  -2240000), ('GB', 'N', 51570000,   -110000),
  ('GB', 'NE', 54980000, -1610000), ('GB', 'S', 53380000,  -1470000), ('GB', 'SE', 51470000,   -50000),
  ('GB', 'EC', 51520000,   -90000), ('GB', 'WC', 51520000,  -120000), ('GB', 'NW', 51550000,  -190000),
  ('GB', 'SW', 51460000,  -170000), ('GB', 'W', 51510000,   -190000),
  ('US', '0', 42000000, -72500000), ('US', '1', 41500000, -75500000), ('US', '2', 37000000, -78500000),
  ('US', '3', 32500000, -84000000), ('US', '4', 40500000, -84500000), ('US', '5', 44500000, -94500000),
  ('US', '6', 40000000, -93000000), ('US', '7', 32500000, -96000000), ('US', '8', 38000000,-110000000),
  ('US', '9', 39500000,-120500000);
