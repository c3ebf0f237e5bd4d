namespace BatchLLM.Prompts.Templates;

/// <summary>What one rendering may still spend, and the time it is told.</summary>
/// <param name="steps">Evaluations left; text counts by its length.</param>
/// <param name="longestText">UTF-16 units that any one text may have.</param>
/// <param name="now">The time, if the template may know it.</param>
internal sealed class RenderState(long steps, int longestText, DateTime? now)
{
    /// <summary>The time, if the template may know it.</summary>
    public DateTime? Now => now;

    /// <summary>Spends some steps.</summary>
    /// <exception cref="TemplateException">None are left: the template loops on and on.</exception>
    public void Spend(long count)
    {
        steps -= count;
        if (steps < 0)
        {
            throw new TemplateException("it takes more steps than messages of this length can need");
        }
    }

    /// <summary>Checks the length of a text that is being built.</summary>
    /// <exception cref="TemplateException">It is too long.</exception>
    public void RequireLength(long length)
    {
        if (length > longestText)
        {
            throw new TemplateException($"it makes a text of more than {longestText} characters");
        }
    }
}
