namespace BatchLLM.IntegrationTests.Blobs.Faults;

/// <summary>What a proxy does to one request.</summary>
internal abstract record Fault
{
    /// <summary>Answers itself; the server never hears of the request.</summary>
    /// <param name="Status">Status line without the version.</param>
    /// <param name="Headers">More header lines.</param>
    public sealed record Answer(string Status, params string[] Headers) : Fault
    {
        /// <summary>What the answer carries.</summary>
        public string Body { get; init; } = "";
    }

    /// <summary>Neither answers nor closes; the server never hears of the request.</summary>
    public sealed record NoAnswer : Fault;

    /// <summary>Passes the request on with one bit of its body turned over.</summary>
    public sealed record TurnBit : Fault;

    /// <summary>Passes the answer's head and some of its body on, then does as <paramref name="End"/> says.</summary>
    /// <param name="Bytes">Bytes of the body that pass.</param>
    /// <param name="End">The end.</param>
    public sealed record CutBody(int Bytes, BodyEnd End) : Fault;

    /// <summary>Passes the body on byte by byte at first, then in small pieces.</summary>
    public sealed record Trickle : Fault;

    /// <summary>The server does what was asked for, and the connection is reset before its answer.</summary>
    public sealed record LoseAnswer : Fault;

    /// <summary>Passes the request on with one more parameter. Only where no signature is over all of them.</summary>
    /// <param name="Parameter">Name and value.</param>
    public sealed record AddParameter(string Parameter) : Fault;
}
