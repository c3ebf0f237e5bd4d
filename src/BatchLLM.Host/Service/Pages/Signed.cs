using BatchLLM.Access;

namespace BatchLLM.Host.Service.Pages;

/// <summary>A request's session.</summary>
/// <param name="Key">The key that it stands for.</param>
/// <param name="Secret">What its cookie holds.</param>
internal sealed record Signed(ApiKey Key, string Secret);
