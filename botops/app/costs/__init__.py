"""Costs put together: reports, forecasts, plans, budgets and what finance asks for."""
