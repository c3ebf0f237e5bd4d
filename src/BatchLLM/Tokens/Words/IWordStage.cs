namespace BatchLLM.Tokens.Words;

/// <summary>One step of cutting a text into words. May hold working memory, so one instance serves one thread.</summary>
internal interface IWordStage
{
    /// <summary>Cuts the pieces of a text further, or changes them.</summary>
    void Apply(PiecedText text);
}
