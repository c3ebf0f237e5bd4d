using System.Globalization;

namespace BatchLLM.Jobs;

/// <summary>How many failed rows a job bears before it pauses for a person to look.</summary>
public static class ErrorBudget
{
    /// <summary>The reason to pause, or null while the budget holds.</summary>
    /// <param name="policies">The job's budget: rows, a share of all rows, or none.</param>
    /// <param name="failedRows">Failed rows committed so far.</param>
    /// <param name="jobRows">Rows of the whole job.</param>
    public static string? ReasonToPause(PolicySpec policies, long failedRows, long jobRows) =>
        Allowed(policies, jobRows) is { } allowed && failedRows > allowed
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"error budget spent: {failedRows} rows failed, the job allows {allowed} of {jobRows}")
            : null;

    private static long? Allowed(PolicySpec policies, long jobRows) =>
        policies.ErrorBudgetRows
        ?? (policies.ErrorBudgetShare is { } share ? (long)Math.Floor(share * jobRows) : null);
}
