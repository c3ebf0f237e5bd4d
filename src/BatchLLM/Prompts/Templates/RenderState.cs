namespace BatchLLM.Prompts.Templates;

/// <summary>One rendering: its variables, what it may still spend, and the time it is told.</summary>
/// <param name="variables">The values of variables by slot; undefined where none was given.</param>
/// <param name="steps">Evaluations left; text counts by its length.</param>
/// <param name="longestText">UTF-16 units that any one text may have.</param>
/// <param name="now">The time, if the template may know it.</param>
internal sealed class RenderState(object?[] variables, long steps, int longestText, DateTime? now)
{
    private const int CharactersPerStep = 8;
    private const int ComparisonsPerStep = 64;

    /// <summary>The time, if the template may know it.</summary>
    public DateTime? Now => now;

    /// <summary>The values of variables by slot.</summary>
    public object?[] Variables => variables;

    /// <summary>The line of the statement that ran last.</summary>
    public int Line { get; set; }

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

    /// <summary>Spends what going through a text costs.</summary>
    public void SpendText(long length) => Spend(1 + (length / CharactersPerStep));

    /// <summary>Spends what looking for a text in another costs at worst: a comparison of all of it at every place.</summary>
    public void SpendSearch(int length, int part) =>
        Spend(1 + (Math.Max(0L, length - part + 1L) * part / ComparisonsPerStep));

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
