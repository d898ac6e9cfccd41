"""Password hashing and token verification, with the libraries that do them."""
