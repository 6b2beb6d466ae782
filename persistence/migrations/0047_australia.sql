-- Australia's tax on goods and services, which prices leave out as those of Canada and the United
-- States do. What staff set stays.
insert into tax_rate (country, tax_category, rate_ppm, included)
  values ('AU', 'standard', 100000, false) on conflict do nothing;
