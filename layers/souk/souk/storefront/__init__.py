"""The shop: catalogue, search, sellers, orders, payments, reviews, analytics."""
