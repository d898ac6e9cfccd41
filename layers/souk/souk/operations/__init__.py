"""What operators look at: health, the contract, and what is overdue."""
