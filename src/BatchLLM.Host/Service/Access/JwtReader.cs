using System.Globalization;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace BatchLLM.Host.Service.Access;

/// <summary>Finds out who a JSON Web Token of the identity provider speaks for (RFC 7519; RFC 8725 for what must be checked).</summary>
/// <param name="settings">Whose tokens.</param>
/// <param name="time">The clock.</param>
internal sealed class JwtReader(JwtSettings settings, TimeProvider time) : IDisposable
{
    // Asymmetric ones only: with any other the provider's public key would do to make tokens.
    private static readonly string[] Algorithms =
    [
        SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512,
        SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSsaPssSha384, SecurityAlgorithms.RsaSsaPssSha512,
        SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.EcdsaSha512,
    ];

    private static readonly TimeSpan ClockDifference = TimeSpan.FromMinutes(1);

    private readonly JsonWebTokenHandler _handler = new();
    private readonly JwtKeys _keys = new(settings.Authority, time);
    private readonly JwtClaims _claims = new(settings);

    /// <summary>True if a text has the three parts of a signed token.</summary>
    public static bool MayBe(string token) => token.AsSpan().Count('.') == 2;

    /// <summary>Checks a token's signature, issuer, audience and lifetime, and reads its claims.</summary>
    /// <param name="token">What was sent.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public async Task<JwtReading> ReadAsync(string token, CancellationToken cancellationToken)
    {
        if (await _keys.FindAsync(unlike: null, cancellationToken) is not { } provider)
        {
            return JwtReading.Unknown(
                $"The identity provider {settings.Authority} does not answer as OpenID Connect Discovery says; try again later, or use a key.");
        }

        var result = await _handler.ValidateTokenAsync(token, RulesOf(provider));
        if (result.Exception is SecurityTokenSignatureKeyNotFoundException
            && await _keys.FindAsync(unlike: provider, cancellationToken) is { } newer && newer != provider)
        {
            result = await _handler.ValidateTokenAsync(token, RulesOf(newer));
        }

        if (!result.IsValid || result.SecurityToken is not JsonWebToken genuine)
        {
            return JwtReading.Invalid(ProblemWith(result.Exception));
        }

        using var payload = JsonDocument.Parse(Base64UrlEncoder.DecodeBytes(genuine.EncodedPayload));
        return _claims.Read(payload.RootElement);
    }

    public void Dispose() => _keys.Dispose();

    private TokenValidationParameters RulesOf(OpenIdConnectConfiguration provider) => new()
    {
        ValidIssuer = provider.Issuer,
        IssuerSigningKeys = provider.SigningKeys,
        ValidAudience = settings.Audience,
        ValidAlgorithms = Algorithms,
        ClockSkew = ClockDifference,
    };

    // Of the library's messages only these: others quote the token.
    private string ProblemWith(Exception? exception) => exception switch
    {
        SecurityTokenExpiredException { Expires: var expires } => string.Create(
            CultureInfo.InvariantCulture, $"The token expired at {expires:u}; get a new one."),
        SecurityTokenNotYetValidException { NotBefore: var start } => string.Create(
            CultureInfo.InvariantCulture, $"The token is good from {start:u} on only."),
        SecurityTokenNoExpirationException => "The token never expires; expected claim 'exp'.",
        SecurityTokenInvalidAudienceException => $"The token is for another audience; expected '{settings.Audience}' in claim 'aud'.",
        SecurityTokenInvalidIssuerException => $"The token is of another issuer than {settings.Authority}.",
        SecurityTokenMalformedException => "The token cannot be read as a JSON Web Token.",
        _ => $"The token is not signed with a key of {settings.Authority} and by an asymmetric algorithm.",
    };
}
