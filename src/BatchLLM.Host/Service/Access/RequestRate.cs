using System.Globalization;
using System.Threading.RateLimiting;
using BatchLLM.Host.Service.Errors;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.DependencyInjection;

namespace BatchLLM.Host.Service.Access;

/// <summary>How often a tenant may ask: far more than any client of good manners does, and less than the database bears.</summary>
internal static class RequestRate
{
    private static readonly TokenBucketRateLimiterOptions Allowance = new()
    {
        TokenLimit = 2_000,
        TokensPerPeriod = 500,
        ReplenishmentPeriod = TimeSpan.FromSeconds(1),
        AutoReplenishment = true,
        QueueLimit = 0,
    };

    public static void AddTo(IServiceCollection services) => services.AddRateLimiter(options =>
    {
        options.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(
            context => RateLimitPartition.GetTokenBucketLimiter(TenantOf(context), _ => Allowance));
        options.OnRejected = (rejected, _) => new ValueTask(RefuseAsync(rejected));
    });

    // Endpoints for anyone share one allowance.
    private static string TenantOf(HttpContext context) => context.Features.Get<Caller>()?.Tenant ?? "";

    private static Task RefuseAsync(OnRejectedContext rejected)
    {
        var wait = rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? Math.Ceiling(after.TotalSeconds) : 1;
        var seconds = Math.Max(1, wait).ToString(CultureInfo.InvariantCulture);
        rejected.HttpContext.Response.Headers.RetryAfter = seconds;
        return Problems.Of(
            StatusCodes.Status429TooManyRequests,
            "Too many requests",
            $"The tenant asks more than {Allowance.TokensPerPeriod} times a second; wait {seconds} s and ask less often.")
            .ExecuteAsync(rejected.HttpContext);
    }
}
