using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace BatchLLM.Jobs;

/// <summary>
/// The digest by which a second <c>run</c> finds the first one's job: of the spec, the input files with their versions, and
/// the model. Canary and budgets of errors and time are left out, because they decide when a job pauses, not what it writes; so is
/// how long its output is kept.
/// </summary>
public static class JobKey
{
    /// <summary>The key: SHA-256, lower-case hexadecimal.</summary>
    /// <param name="spec">
    /// The effective job: its URIs absolute, its numerics and KV cache those in force, so that a job that leaves them out and
    /// one that names the checkpoint's own are the same.
    /// </param>
    /// <param name="inputs">The resolved input files.</param>
    /// <param name="modelDigest">What tells the model from another.</param>
    public static string Compute(JobSpec spec, IReadOnlyList<InputFile> inputs, string modelDigest)
    {
        var policies = spec.Policies with { ErrorBudgetRows = null, ErrorBudgetShare = null, TimeBudget = null };
        var deciding = spec with { Policies = policies, Canary = null, Output = spec.Output with { Keep = null } };
        var text = new StringBuilder(JobSpecJson.Write(deciding)).Append('\n').Append(modelDigest);
        foreach (var input in inputs)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n{input.Uri} {input.Format} {input.Length} {input.Version}");
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }
}
