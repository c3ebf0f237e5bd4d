namespace BatchLLM.Access;

/// <summary>What someone may do with a service. Each role includes those before it.</summary>
public enum AccessRole
{
    /// <summary>Look at the tenant's jobs and take their results.</summary>
    Read,

    /// <summary>Submit jobs, and pause, resume, retry and cancel them.</summary>
    Submit,

    /// <summary>See and do the same for every tenant, and look at workers.</summary>
    Admin,
}
