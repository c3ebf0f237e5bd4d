using BatchLLM.Inference;

namespace BatchLLM.Incremental;

/// <summary>What an earlier run made of a row.</summary>
/// <param name="Text">The completion.</param>
/// <param name="FinishReason">Why it ended.</param>
/// <param name="CompletionTokens">Tokens generated, a closing stop token included.</param>
/// <param name="TokenIds">Generated ids; empty if the earlier output has none and this one needs none.</param>
public sealed record EarlierAnswer(string Text, FinishReason FinishReason, int CompletionTokens, int[] TokenIds)
{
    /// <summary>As bytes for the length of a run.</summary>
    internal byte[] ToBytes()
    {
        using var bytes = new MemoryStream();
        using (var writer = new BinaryWriter(bytes))
        {
            writer.Write((byte)FinishReason);
            writer.Write(CompletionTokens);
            writer.Write(TokenIds.Length);
            Array.ForEach(TokenIds, writer.Write);
            writer.Write(Text);
        }

        return bytes.ToArray();
    }

    /// <summary>Reads back what <see cref="ToBytes"/> wrote.</summary>
    internal static EarlierAnswer FromBytes(byte[] bytes)
    {
        using var reader = new BinaryReader(new MemoryStream(bytes));
        var reason = (FinishReason)reader.ReadByte();
        var tokens = reader.ReadInt32();
        var ids = new int[reader.ReadInt32()];
        for (var i = 0; i < ids.Length; i++)
        {
            ids[i] = reader.ReadInt32();
        }

        return new EarlierAnswer(reader.ReadString(), reason, tokens, ids);
    }
}
