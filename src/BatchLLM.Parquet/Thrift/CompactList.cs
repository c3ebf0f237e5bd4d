namespace BatchLLM.Parquet.Thrift;

/// <summary>A list's header.</summary>
/// <param name="Count">Elements; never more than there are bytes left, so it may size an allocation.</param>
/// <param name="ElementType">Wire type of every element.</param>
internal readonly record struct CompactList(int Count, CompactType ElementType);
