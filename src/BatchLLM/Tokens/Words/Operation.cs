namespace BatchLLM.Tokens.Words;

/// <summary>What an instruction of a compiled expression does.</summary>
internal enum Operation : byte
{
    /// <summary>The match ends here.</summary>
    Accept,

    /// <summary>Consumes one character of a set.</summary>
    Consume,

    /// <summary>Consumes as many characters of a set as there are, or fewer if what follows needs it.</summary>
    ConsumeRun,

    /// <summary>Goes on at one place, and at another if that fails.</summary>
    Fork,

    /// <summary>Requires that a character of a set follows.</summary>
    Peek,

    /// <summary>Requires that none follows.</summary>
    PeekNot,

    /// <summary>Requires that a match of other instructions follows.</summary>
    Look,

    /// <summary>Requires that none follows.</summary>
    LookNot,

    /// <summary>Requires a place.</summary>
    Place,
}
