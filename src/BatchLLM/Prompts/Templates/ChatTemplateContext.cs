namespace BatchLLM.Prompts.Templates;

/// <summary>What a chat template knows besides the messages.</summary>
public sealed record ChatTemplateContext
{
    /// <summary>The text of the token that begins a sequence, as the variable bos_token; undefined if null.</summary>
    public string? BosToken { get; init; }

    /// <summary>The text of the token that ends a turn, as the variable eos_token; undefined if null.</summary>
    public string? EosToken { get; init; }

    /// <summary>True if the prompt ends where the model is to answer.</summary>
    public bool AddGenerationPrompt { get; init; } = true;

    /// <summary>
    /// The variable date_string; undefined if null, and templates then use a fixed date of their own.
    /// </summary>
    public string? DateString { get; init; }

    /// <summary>
    /// The time that strftime_now tells; the function is undefined if null. Fix it per job: a prompt that changes with
    /// the clock does not give the same answer twice.
    /// </summary>
    public DateTime? Now { get; init; }
}
