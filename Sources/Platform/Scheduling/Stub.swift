// The cron and its ledger of runs.
