// libnvrtc.so.12, as far as BatchLLM calls it: the kernels are in the emulator already, and their code is their name.
#include "../../gpu.h"

#include <cstring>
#include <string>

#include "device.h"

using namespace emulator;

namespace
{

constexpr i32 Success = 0;

std::string* image_of(void* program) { return static_cast<std::string*>(program); }

} // namespace

extern "C"
{

i32 nvrtcVersion(i32* major, i32* minor)
{
    *major = 12;
    *minor = 4;
    return Success;
}

const char* nvrtcGetErrorString(i32) { return "the emulator compiles nothing"; }

// `name` is the source's file: "norm.cu".
i32 nvrtcCreateProgram(void** program, const char*, const char* name, i32, const char**, const char**)
{
    *program = new std::string(image_prefix() + std::string(name, strcspn(name, ".")));
    return Success;
}

i32 nvrtcDestroyProgram(void** program)
{
    delete image_of(*program);
    return Success;
}

i32 nvrtcCompileProgram(void*, i32, const char**) { return Success; }

i32 nvrtcGetCUBINSize(void* program, size_t* bytes)
{
    *bytes = image_of(program)->size() + 1;
    return Success;
}

i32 nvrtcGetCUBIN(void* program, char* cubin)
{
    memcpy(cubin, image_of(program)->c_str(), image_of(program)->size() + 1);
    return Success;
}

i32 nvrtcGetProgramLogSize(void*, size_t* bytes)
{
    *bytes = 1;
    return Success;
}

i32 nvrtcGetProgramLog(void*, char* log)
{
    *log = 0;
    return Success;
}

}
