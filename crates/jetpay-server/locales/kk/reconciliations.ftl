# reconciliations
