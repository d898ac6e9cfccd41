"""From a thing to a publication: listings, media, photos, marketplaces, platforms."""
