namespace BatchLLM.Engine.Linear;

/// <summary>Panels that are multiplied in integers, in strips of 16 columns.</summary>
internal unsafe interface IIntegerPanels : IPanelStore
{
    /// <summary>Steps of the kernel in the whole depth.</summary>
    int StepCount { get; }

    /// <summary>k of a step; the last may be filled up with weights of zero.</summary>
    int StepDepth { get; }

    /// <summary>The kernel that multiplies these panels.</summary>
    /// <param name="kernels">All kernels.</param>
    /// <param name="rowCount">Rows: few of them have kernels of their own.</param>
    IIntegerKernel Kernel(IntegerKernels kernels, int rowCount);

    /// <summary>Bytes that a step takes once it is expanded; 0 where the kernel reads nothing but the panels.</summary>
    int ExpandedStepBytes(IIntegerKernel kernel);

    /// <summary>Steps of a strip: expanded into the scratch, or the panels themselves.</summary>
    /// <param name="strip">Which strip of all, [panels, strips].</param>
    /// <param name="first">First step.</param>
    /// <param name="count">How many.</param>
    /// <param name="kernel">What takes them.</param>
    /// <param name="scratch">Room for them, 64-byte aligned; not used where nothing is expanded.</param>
    byte* Steps(int strip, int first, int count, IIntegerKernel kernel, byte* scratch);

    /// <summary>A step's codes as they are packed.</summary>
    /// <param name="strip">Which strip.</param>
    /// <param name="step">Which step.</param>
    byte* Codes(int strip, int step);

    /// <summary>What a row's sums start from.</summary>
    /// <param name="strip">Which strip.</param>
    /// <param name="form">What the kernel takes.</param>
    /// <param name="sums">Receives it. // [16]</param>
    void Start(int strip, IntegerForm form, int* sums);

    /// <summary>Scales a row's sums to results.</summary>
    /// <param name="strip">Which strip.</param>
    /// <param name="sums">What the kernel added up. // [16]</param>
    /// <param name="rowScale">The row's scale.</param>
    /// <param name="c">Receives the results. // [16]</param>
    /// <param name="adds">True to add to what stands in <paramref name="c"/>.</param>
    void Scale(int strip, int* sums, float rowScale, float* c, bool adds);
}
