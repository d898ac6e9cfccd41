"""What buyers say of the products that they received."""
