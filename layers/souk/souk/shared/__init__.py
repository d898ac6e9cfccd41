"""What every domain uses: errors, money, time, reasons of failure, sweeping."""
