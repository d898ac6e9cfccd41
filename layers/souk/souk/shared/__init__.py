"""What every domain uses: errors, money, clock, versioned entities, failure reasons, alarms, sweeping."""
