using System.Globalization;

namespace BatchLLM.Parquet.Reading;

/// <summary>Where reading stands, so that every fault found below can say so.</summary>
internal sealed class PagePlace(string file, string column, int rowGroup)
{
    /// <summary>0-based number of the page in its chunk, a dictionary counted; -1 before the first.</summary>
    public int Page { get; set; } = -1;

    /// <summary>The place of one page, which stays where it is while reading goes on.</summary>
    public PagePlace Of(int page) => new(file, column, rowGroup) { Page = page };

    private string Position =>
        string.Create(CultureInfo.InvariantCulture, $"row group {rowGroup}, page {Math.Max(Page, 0)}");

    /// <summary>The bytes contradict the format.</summary>
    /// <param name="found">What was found and expected, as a clause.</param>
    public ParquetException Damaged(FormattableString found) =>
        new($"{file}: column '{column}', {Position}: {FormattableString.Invariant(found)}. "
            + "The file is damaged; write or copy it again.");

    /// <summary>The bytes may be right, and can be read where something else is installed.</summary>
    /// <param name="feature">What the column uses, what that needs, and what to do.</param>
    public ParquetException Lacking(string feature) =>
        new($"{file}: column '{column}' uses {feature}, or write the file without it.", isUnsupported: true);

    /// <summary>The bytes may be right, but are not read here.</summary>
    /// <param name="feature">What the column uses, by the format's own name.</param>
    public ParquetException Unsupported(string feature) =>
        new($"{file}: column '{column}' uses {feature}; not supported yet ({Position}). Write the file without it.",
            isUnsupported: true);
}
