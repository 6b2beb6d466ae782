-- Postgres' full text search is the fallback behind the search index, and most of what a new
-- product cost was the stemming of its description. It finds titles and brands.
alter table product drop column document;
alter table product add column document tsvector generated always as (
  setweight(to_tsvector('english', title), 'A') ||
  setweight(to_tsvector('english', coalesce(brand, '')), 'B')) stored;
create index product_document on product using gin (document);

-- Attributes are filtered by the search index; no statement asks this one.
drop index product_attributes;
