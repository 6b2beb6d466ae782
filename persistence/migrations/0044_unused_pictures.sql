-- Which products show a kept picture: asked when unused ones are collected. Pictures of elsewhere
-- and of the demo are not in it, so that they cost nothing.
create index product_image_picture on product_image
  (substring(url from '^/media/([0-9a-f]{64})/'))
  where substring(url from '^/media/([0-9a-f]{64})/') is not null;
create index picture_age on picture (created_at);
