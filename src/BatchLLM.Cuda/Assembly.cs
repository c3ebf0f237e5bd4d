using System.Runtime.CompilerServices;

// Nothing is marshalled: every native parameter is a number, a pointer or a structure of those.
[assembly: DisableRuntimeMarshalling]
