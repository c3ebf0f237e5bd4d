using System.Text.Json;
using BatchLLM.Access;
using BatchLLM.Jobs;

namespace BatchLLM.Host.Service.Access;

/// <summary>From a genuine token's claims to who it speaks for. Pure.</summary>
/// <param name="settings">Which claims say it.</param>
internal sealed class JwtClaims(JwtSettings settings)
{
    // With a prefix: a realm's own "admin" must not become one here because nobody thought of it.
    private static readonly (string Name, AccessRole Role)[] Roles =
    [
        ("batchllm.read", AccessRole.Read),
        ("batchllm.submit", AccessRole.Submit),
        ("batchllm.admin", AccessRole.Admin),
    ];

    /// <summary>Reads a token's claims.</summary>
    /// <param name="payload">All of them.</param>
    public JwtReading Read(JsonElement payload)
    {
        var granted = Roles.Where(role => TextsOf(payload, settings.RolesClaim).Contains(role.Name)).ToList();
        return TextsOf(payload, settings.TenantClaim) is not [var tenant] || !JobSubmission.IsTenant(tenant)
            ? JwtReading.Refused($"The token names no tenant; expected claim '{settings.TenantClaim}' with 1 to 64 of a-z, 0-9, dot, dash and underscore.")
            : granted is [.., var highest] ? JwtReading.Admitted(new Caller(tenant, highest.Role))
            : JwtReading.Refused(
                $"The token grants no role; expected claim '{settings.RolesClaim}' with one of {string.Join(", ", Roles.Select(role => role.Name))}.");
    }

    /// <summary>A claim's texts: one, those of an array, or the words that a scope is made of (RFC 8693, 4.2).</summary>
    private static List<string> TextsOf(JsonElement payload, string claim) => Find(payload, claim) switch
    {
        { ValueKind: JsonValueKind.String } text => [.. text.GetString()!.Split(' ', StringSplitOptions.RemoveEmptyEntries)],
        { ValueKind: JsonValueKind.Array } array =>
            [.. array.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.String).Select(item => item.GetString()!)],
        _ => [],
    };

    // The name as a whole first: names that are addresses, as Auth0 wants them, have dots of their own.
    private static JsonElement? Find(JsonElement payload, string claim) =>
        payload.TryGetProperty(claim, out var whole)
            ? whole
            : claim.Split('.').Aggregate(
                (JsonElement?)payload,
                (at, name) => at is { ValueKind: JsonValueKind.Object } within && within.TryGetProperty(name, out var inner) ? inner : null);
}
