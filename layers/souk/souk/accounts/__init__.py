"""Who somebody is: sign-in, profiles, addresses."""
