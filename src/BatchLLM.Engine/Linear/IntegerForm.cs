namespace BatchLLM.Engine.Linear;

/// <summary>How an integer kernel takes its operands.</summary>
internal enum IntegerForm
{
    /// <summary>Both widened to 16 bits; two products are added into 32 bits.</summary>
    Shorts,

    /// <summary>Activations as bytes raised by 128, weights as signed bytes; the products of a group are added in 16 bits.</summary>
    BytesSummedIn16,

    /// <summary>The same bytes; four products are added into 32 bits.</summary>
    BytesSummedIn32,
}
