"""Who somebody is: accounts, passwords, tokens, profiles and addresses."""
