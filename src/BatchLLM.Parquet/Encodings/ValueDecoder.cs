using BatchLLM.Parquet.Values;

namespace BatchLLM.Parquet.Encodings;

/// <summary>Decodes one page's values, nulls left out, a few at a time. A new encoding is one new subclass.</summary>
internal abstract class ValueDecoder
{
    /// <summary>Puts the next values side by side at the start of the target.</summary>
    /// <param name="target">Has room for them.</param>
    /// <param name="count">How many; the page may hold fewer, which is a fault.</param>
    public abstract void Read(ColumnValues target, int count);
}
