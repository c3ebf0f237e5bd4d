namespace BatchLLM.Tokens;

/// <summary>What a piece of a SentencePiece model is for; the numbers are the file's.</summary>
internal enum SentencePieceKind
{
    /// <summary>Made by merging.</summary>
    Normal = 1,

    /// <summary>Stands for characters without a piece.</summary>
    Unknown = 2,

    /// <summary>A control token.</summary>
    Control = 3,

    /// <summary>Recognised whole before anything is merged.</summary>
    UserDefined = 4,

    /// <summary>A place without a use.</summary>
    Unused = 5,

    /// <summary>A byte of characters without a piece.</summary>
    Byte = 6,
}
