"""How a seller stands with each marketplace: its tokens, sealed, and the terms it sells on."""
