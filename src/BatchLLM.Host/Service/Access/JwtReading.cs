using Microsoft.AspNetCore.Http;

namespace BatchLLM.Host.Service.Access;

/// <summary>What came of a token of the identity provider.</summary>
/// <param name="Caller">Who it speaks for; null if it lets nobody in.</param>
/// <param name="Status">The HTTP status of the refusal; 200 for none.</param>
/// <param name="Problem">What is wrong with it; empty if nothing is.</param>
internal sealed record JwtReading(Caller? Caller, int Status, string Problem)
{
    /// <summary>It speaks for somebody.</summary>
    public static JwtReading Admitted(Caller caller) => new(caller, StatusCodes.Status200OK, "");

    /// <summary>It is none of the provider's that is good here and now.</summary>
    public static JwtReading Invalid(string problem) => new(Caller: null, StatusCodes.Status401Unauthorized, problem);

    /// <summary>It is genuine, and allows nothing here.</summary>
    public static JwtReading Refused(string problem) => new(Caller: null, StatusCodes.Status403Forbidden, problem);

    /// <summary>It cannot be told: the provider's keys are not known yet, and it does not answer.</summary>
    public static JwtReading Unknown(string problem) => new(Caller: null, StatusCodes.Status503ServiceUnavailable, problem);
}
