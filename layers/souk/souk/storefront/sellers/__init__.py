"""Those who sell: their shops, the operators' verdict on them, and who follows whom."""
