"""Files of the contract, and what no route takes, as answers."""
