using System.Security.Cryptography;
using System.Text;
using BatchLLM.Inference;

namespace BatchLLM.Jobs;

/// <summary>
/// The digest by which a job finds how long the completions of jobs like it got: of what decides their lengths, which is the
/// prompt, the model and the sampling. Night after night these stay while names, inputs and outputs change.
/// </summary>
public static class SeriesKey
{
    /// <summary>The key: SHA-256, lower-case hexadecimal.</summary>
    /// <param name="spec">The effective job.</param>
    /// <param name="modelDigest">What tells the model from another.</param>
    public static string Compute(JobSpec spec, string modelDigest)
    {
        var sampling = spec.Sampling with { Defaults = spec.Sampling.Defaults with { Seed = new SamplingParameters().Seed } };
        var same = new JobSpec
        {
            Name = "series",
            Model = "",
            Inputs = [],
            Prompt = spec.Prompt,
            Output = new OutputSpec { Uri = "" },
            Sampling = sampling,
        };
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(JobSpecJson.Write(same) + '\n' + modelDigest)));
    }
}
