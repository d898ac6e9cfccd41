"""The storefront's catalogue: products, their stock and pictures, and what it costs to ship them."""
