namespace BatchLLM.Planning;

/// <summary>A node of a window's radix tree: a prefix that at least two rows begin with.</summary>
/// <param name="Parent">The node of the next shorter prefix; -1 at the root, which all rows are under.</param>
/// <param name="Depth">Tokens of the prefix.</param>
/// <param name="OwnRows">Rows under the node that are under none of its children.</param>
internal readonly record struct PrefixNode(int Parent, int Depth, int OwnRows);
