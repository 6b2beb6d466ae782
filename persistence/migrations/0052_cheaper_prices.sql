-- What a price and a translated title cost when they are written. What is stored stays as it is.

-- Of most prices nobody asks by their list: those in the lists of markets (EUR, EUR/FR), which imports
-- write by the million. Only the shop's own lists, whose ids begin with a small letter or a digit, are
-- removed with their prices or checked for them.
drop index price_list_prices;
create index price_list_prices on price (price_list) where price_list < 'A' or price_list >= '[';

-- As before, but put in the place of its call, and without looking up a configuration by its name.
create or replace function words_in(locale text, said text) returns tsvector
  language sql immutable parallel safe
  return to_tsvector(case split_part(lower(locale), '-', 1)
    when 'da' then 'pg_catalog.danish'::regconfig when 'de' then 'pg_catalog.german'::regconfig
    when 'en' then 'pg_catalog.english'::regconfig when 'es' then 'pg_catalog.spanish'::regconfig
    when 'fi' then 'pg_catalog.finnish'::regconfig when 'fr' then 'pg_catalog.french'::regconfig
    when 'hu' then 'pg_catalog.hungarian'::regconfig when 'it' then 'pg_catalog.italian'::regconfig
    when 'nl' then 'pg_catalog.dutch'::regconfig when 'nb' then 'pg_catalog.norwegian'::regconfig
    when 'nn' then 'pg_catalog.norwegian'::regconfig
    when 'no' then 'pg_catalog.norwegian'::regconfig
    when 'pt' then 'pg_catalog.portuguese'::regconfig
    when 'ro' then 'pg_catalog.romanian'::regconfig when 'ru' then 'pg_catalog.russian'::regconfig
    when 'sv' then 'pg_catalog.swedish'::regconfig when 'tr' then 'pg_catalog.turkish'::regconfig
    else 'pg_catalog.simple'::regconfig end, said);
