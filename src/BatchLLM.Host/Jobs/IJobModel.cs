using BatchLLM.Inference;
using BatchLLM.Jobs;
using BatchLLM.Planning;
using BatchLLM.Prompts.Templates;
using BatchLLM.Tokens;

namespace BatchLLM.Host.Jobs;

/// <summary>What a job needs of its model: rows to prompts to tokens, and an engine for them.</summary>
internal interface IJobModel : IDisposable
{
    /// <summary>Tells this model from another.</summary>
    string Digest { get; }

    /// <summary>Most positions of prompt and completion together.</summary>
    int ContextLength { get; }

    /// <summary>Text to ids.</summary>
    ITokenizer Tokenizer { get; }

    /// <summary>Messages to text; null if the model has none.</summary>
    ChatTemplate? Template { get; }

    /// <summary>What the template knows besides the messages, for prompts of a time, which it sees in UTC.</summary>
    ChatTemplateContext TemplateContextAt(DateTimeOffset time);

    /// <summary>The spec with what the model decides filled in.</summary>
    /// <exception cref="Commands.UsageException">The model does not support what the job asks for.</exception>
    JobSpec InForce(JobSpec spec);

    /// <summary>The sizes that windows are planned for, without reading a weight.</summary>
    RunnerLimits LimitsOf(JobSpec spec);

    /// <summary>Starts an engine.</summary>
    /// <param name="spec">The job.</param>
    /// <param name="lengths">How long completions get; learns.</param>
    /// <param name="busy">Receives the time that it computes.</param>
    IBatchEngine OpenEngine(JobSpec spec, OutputLengths lengths, BusyTime busy);

    /// <summary>Opens the model directory of a job, as far as its engine needs it.</summary>
    /// <exception cref="BatchLLMException">A file is missing or wrong, or the job's device cannot be used.</exception>
    static IJobModel Open(JobSpec spec) => spec.Engine == JobSpec.Echo
        ? EchoModel.Open(spec.Model)
        : LoadedModel.Open(spec.Model, DeviceNames.GpuOf(spec.Device));
}
