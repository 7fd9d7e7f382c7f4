/* SPDX-License-Identifier: MIT */
/* checks_filters.c - the filters that come with DirectShow and move samples alone: null renderer, grabber, tee, reader.
 *
 * Knows: their pins and interfaces, fakes that push samples.  Must not know: a graph.
 */
#include "checks.h"
#include "oracle.h"

#include <qedit.h>

const GUID clsid_sample_grabber = {
    0xc1f400a0, 0x3f08, 0x11d3, { 0x9f, 0x0b, 0x00, 0x60, 0x08, 0x03, 0x9e, 0x37 }
};
const GUID clsid_null_renderer = {
    0xc1f400a4, 0x3f08, 0x11d3, { 0x9f, 0x0b, 0x00, 0x60, 0x08, 0x03, 0x9e, 0x37 }
};

static IPin *pin_at(IBaseFilter *filter, PIN_DIRECTION direction, ULONG number)
{
    IEnumPins *list = NULL;
    IPin *pin = NULL;

    if (FAILED(IBaseFilter_EnumPins(filter, &list)))
        return NULL;
    while (IEnumPins_Next(list, 1, &pin, NULL) == S_OK) {
        PIN_DIRECTION found;

        if (SUCCEEDED(IPin_QueryDirection(pin, &found)) && found == direction && number-- == 0)
            break;
        IPin_Release(pin);
        pin = NULL;
    }
    IEnumPins_Release(list);
    return pin;
}

static LONG count_pins(IBaseFilter *filter, PIN_DIRECTION direction)
{
    LONG count = 0;
    IPin *pin;

    while ((pin = pin_at(filter, direction, (ULONG)count)) != NULL) {
        IPin_Release(pin);
        count++;
    }
    return count;
}

/* A stopped filter that was just made, as IBaseFilter's documentation has it. */
static void filter_checks(IBaseFilter *filter, REFCLSID wanted)
{
    FILTER_STATE state = State_Running;
    IReferenceClock *clock = (IReferenceClock *)&clock;
    FILTER_INFO info;
    CLSID clsid;

    answer_hr("GetClassID", IBaseFilter_GetClassID(filter, &clsid), "S_OK", "its class");
    answer_yes("its class", IsEqualGUID(&clsid, wanted), "as it was made");
    answer_hr("GetState", IBaseFilter_GetState(filter, 0, &state), "S_OK", "no change goes on");
    answer_value("its state", (LONGLONG)state, "0", "stopped at first");
    answer_hr("GetSyncSource", IBaseFilter_GetSyncSource(filter, &clock), "S_OK", "asked");
    answer_yes("no clock", clock == NULL, "none was set");
    answer_hr("QueryFilterInfo", IBaseFilter_QueryFilterInfo(filter, &info), "S_OK", "asked");
    answer_yes("no name", info.achName[0] == 0, "it is in no graph");
    answer_yes("no graph", info.pGraph == NULL, "it is in no graph");
    answer_hr("JoinFilterGraph", IBaseFilter_JoinFilterGraph(filter, NULL, L"its name"), "S_OK",
              "told");
    (void)IBaseFilter_QueryFilterInfo(filter, &info);
    answer_wide("its name", info.achName, "its name", "as it was told");
    answer_value("inputs", count_pins(filter, PINDIR_INPUT), "1", "one");
}

/* An input pin that is not connected, as IPin's documentation has it. */
static void input_checks(IBaseFilter *filter, IPin *pin)
{
    IPin *peer = (IPin *)&peer;
    PIN_INFO info;
    LPWSTR id = NULL;
    AM_MEDIA_TYPE type;

    answer_hr("ConnectedTo", IPin_ConnectedTo(pin, &peer), "VFW_E_NOT_CONNECTED", "nobody");
    answer_yes("no peer", peer == NULL, "nobody");
    answer_hr("ConnectionMediaType", IPin_ConnectionMediaType(pin, &type),
              "VFW_E_NOT_CONNECTED", "there is no connection");
    answer_hr("Disconnect", IPin_Disconnect(pin), "S_FALSE", "it was not connected");
    answer_hr("QueryPinInfo", IPin_QueryPinInfo(pin, &info), "S_OK", "asked");
    answer_yes("its filter", info.pFilter == filter, "the filter that it belongs to");
    answer_value("its direction", (LONGLONG)info.dir, "0", "an input");
    if (info.pFilter != NULL)
        IBaseFilter_Release(info.pFilter);
    answer_hr("QueryId", IPin_QueryId(pin, &id), "S_OK", "asked");
    if (id != NULL) {
        peer = NULL;
        answer_hr("FindPin", IBaseFilter_FindPin(filter, id, &peer), "S_OK", "by its id");
        answer_yes("the pin", peer == pin, "by its id");
        if (peer != NULL)
            IPin_Release(peer);
        CoTaskMemFree(id);
    }
    answer_hr("FindPin of nobody", IBaseFilter_FindPin(filter, L"nobody", &peer),
              "VFW_E_NOT_FOUND", "no pin of that id");
    answer_hr("EndOfStream, stopped", IPin_EndOfStream(pin), "any error|S_OK|S_FALSE",
              "a stopped filter may refuse it");
}

void group_null_renderer(void)
{
    FILTER_STATE state = State_Stopped;
    struct fake *s;
    IBaseFilter *filter;
    IPin *input;

    if (!make(&clsid_null_renderer, "CLSID_NullRenderer", &IID_IBaseFilter, (void **)&filter))
        return;
    filter_checks(filter, &clsid_null_renderer);
    answer_value("outputs", count_pins(filter, PINDIR_OUTPUT), "0", "it ends the stream");
    input = pin_at(filter, PINDIR_INPUT, 0);
    if (input == NULL)
        return;
    input_checks(filter, input);
    s = fake_new('s', "o");
    answer_hr("Connect", IPin_Connect(&s->pins[0].pin, input, NULL), "S_OK",
              "it takes every type");
    answer_hr("Connect again", IPin_ReceiveConnection(input, &s->pins[0].pin, NULL),
              "VFW_E_ALREADY_CONNECTED|E_POINTER", "it is connected");
    answer_hr("its memory", fake_flow_open(&s->pins[0], 16), "S_OK",
              "it takes every allocator");
    answer_hr("a sample while stopped", fake_flow_push(&s->pins[0], 1, 0), "any error",
              "VFW_E_WRONG_STATE of a pin, E_FAIL or more of a base renderer (C-66)");
    (void)IBaseFilter_SetSyncSource(filter, NULL);
    answer_hr("Pause", IBaseFilter_Pause(filter), "S_FALSE", "it has no sample yet");
    answer_hr("GetState while it waits", IBaseFilter_GetState(filter, 0, &state),
              "VFW_S_STATE_INTERMEDIATE", "it has no sample yet");
    answer_value("its state while it waits", (LONGLONG)state, "1", "paused is where it goes");
    answer_hr("Run", IBaseFilter_Run(filter, 0), "S_OK", "no need to wait");
    answer_hr("a sample while running", fake_flow_push(&s->pins[0], 2, 0), "S_OK",
              "it is taken and thrown away");
    answer_hr("EndOfStream", IPin_EndOfStream(input), "S_OK", "the end");
    answer_hr("BeginFlush", IPin_BeginFlush(input), "S_OK", "from now on samples are refused");
    answer_hr("a sample while flushing", fake_flow_push(&s->pins[0], 3, 0), "S_FALSE|any error",
              "refused (C-66)");
    answer_hr("EndFlush", IPin_EndFlush(input), "S_OK", "the flush is over");
    answer_hr("Stop", IBaseFilter_Stop(filter), "S_OK", "stopped");
    fake_flow_close(&s->pins[0]);
    answer_hr("Disconnect at the end", IPin_Disconnect(input), "S_OK", "it was connected");
    (void)IPin_Disconnect(&s->pins[0].pin);
    IPin_Release(input);
    IBaseFilter_Release(filter);
    fake_release(s);
}

/* ---- the sample grabber ------------------------------------------------------------------ */

struct grab {
    IBaseFilter *filter;
    ISampleGrabber *grabber;
    IPin *input, *output;
};

static BOOL grab_make(struct grab *g)
{
    ZeroMemory(g, sizeof(*g));
    if (!make(&clsid_sample_grabber, "CLSID_SampleGrabber", &IID_IBaseFilter,
              (void **)&g->filter))
        return FALSE;
    (void)IBaseFilter_QueryInterface(g->filter, &IID_ISampleGrabber, (void **)&g->grabber);
    g->input = pin_at(g->filter, PINDIR_INPUT, 0);
    g->output = pin_at(g->filter, PINDIR_OUTPUT, 0);
    return g->grabber != NULL && g->input != NULL && g->output != NULL;
}

static void grab_end(struct grab *g)
{
    IPin_Release(g->input);
    IPin_Release(g->output);
    ISampleGrabber_Release(g->grabber);
    IBaseFilter_Release(g->filter);
}

void group_grabber(void)
{
    AM_MEDIA_TYPE type;
    LONG bytes = 0;
    struct grab g;

    if (!grab_make(&g))
        return;
    filter_checks(g.filter, &clsid_sample_grabber);
    answer_value("outputs", count_pins(g.filter, PINDIR_OUTPUT), "1", "one");
    input_checks(g.filter, g.input);
    answer_hr("GetConnectedMediaType", ISampleGrabber_GetConnectedMediaType(g.grabber, &type),
              "VFW_E_NOT_CONNECTED", "there is no connection");
    answer_hr("GetCurrentBuffer without SetBufferSamples",
              ISampleGrabber_GetCurrentBuffer(g.grabber, &bytes, NULL),
              "E_INVALIDARG|VFW_E_NOT_CONNECTED", "samples are not kept, nor is it connected");
    answer_hr("SetBufferSamples", ISampleGrabber_SetBufferSamples(g.grabber, TRUE), "S_OK",
              "samples are kept");
    answer_hr("GetCurrentBuffer before a sample",
              ISampleGrabber_GetCurrentBuffer(g.grabber, &bytes, NULL),
              "VFW_E_WRONG_STATE|E_INVALIDARG|VFW_E_NOT_CONNECTED", "there is none yet");
    answer_hr("SetOneShot", ISampleGrabber_SetOneShot(g.grabber, TRUE), "S_OK", "after one");
    answer_hr("SetOneShot to no", ISampleGrabber_SetOneShot(g.grabber, FALSE), "S_OK", "all");
    answer_hr("SetCallback of none", ISampleGrabber_SetCallback(g.grabber, NULL, 0), "S_OK",
              "nobody is called");
    answer_hr("SetCallback of a way that is not known",
              ISampleGrabber_SetCallback(g.grabber, (ISampleGrabberCB *)NULL, 2),
              "E_INVALIDARG|S_OK", "0 or 1");
    fake_type(&type, &MEDIATYPE_Video, &GUID_NULL);
    type.formattype = GUID_NULL;
    answer_hr("SetMediaType", ISampleGrabber_SetMediaType(g.grabber, &type), "S_OK",
              "only video from now on");
    grab_end(&g);
}

void group_grabber_flow(void)
{
    AM_MEDIA_TYPE type;
    BYTE buffer[16] = { 0 };
    LONG bytes = sizeof(buffer);
    struct fake *s, *r;
    struct grab g;

    if (!grab_make(&g))
        return;
    s = fake_new('s', "o");
    r = fake_new('r', "i");
    fake_type(&type, &MEDIATYPE_Video, &GUID_NULL);
    type.formattype = GUID_NULL;
    (void)ISampleGrabber_SetMediaType(g.grabber, &type);
    answer_hr("a type that is not wanted", IPin_Connect(&s->pins[0].pin, g.input, NULL),
              "VFW_E_TYPE_NOT_ACCEPTED|VFW_E_NO_ACCEPTABLE_TYPES", "SetMediaType says which");
    ZeroMemory(&type, sizeof(type));
    type.majortype = fake_major;
    (void)ISampleGrabber_SetMediaType(g.grabber, &type);
    (void)ISampleGrabber_SetBufferSamples(g.grabber, TRUE);
    answer_hr("a type that is wanted", IPin_Connect(&s->pins[0].pin, g.input, NULL), "S_OK",
              "the major type is enough");
    answer_hr("GetConnectedMediaType", ISampleGrabber_GetConnectedMediaType(g.grabber, &type),
              "S_OK", "it is connected");
    answer_yes("the type", IsEqualGUID(&type.majortype, &fake_major), "the connection's");
    answer_hr("the output", IPin_Connect(g.output, &r->pins[0].pin, NULL), "S_OK",
              "with the type of the input");
    answer_hr("its memory", fake_flow_open(&s->pins[0], 16), "S_OK", "passed on downstream");
    (void)IBaseFilter_Pause(g.filter);
    (void)IBaseFilter_Run(g.filter, 0);
    answer_hr("a sample", fake_flow_push(&s->pins[0], 42, 0), "S_OK", "passed on");
    answer_value("it arrives", r->pins[0].receives, "1", "passed on");
    answer_value("unchanged", r->pins[0].last_byte, "42", "the grabber only looks");
    answer_hr("GetCurrentBuffer of its size",
              ISampleGrabber_GetCurrentBuffer(g.grabber, &bytes, NULL), "S_OK",
              "NULL: the size alone");
    answer_value("its size", bytes, "16", "of the last sample");
    answer_hr("GetCurrentBuffer",
              ISampleGrabber_GetCurrentBuffer(g.grabber, &bytes, (LONG *)(void *)buffer),
              "S_OK", "a copy of the last sample");
    answer_value("its first byte", buffer[0], "42", "a copy of the last sample");
    answer_hr("EndOfStream", IPin_EndOfStream(g.input), "S_OK", "passed on");
    answer_value("the end arrives", r->pins[0].ends, "1", "passed on");
    answer_hr("BeginFlush", IPin_BeginFlush(g.input), "S_OK", "passed on");
    answer_value("the flush arrives", r->pins[0].flushes, "1", "passed on");
    (void)IPin_EndFlush(g.input);
    (void)IBaseFilter_Stop(g.filter);
    fake_flow_close(&s->pins[0]);
    (void)IPin_Disconnect(g.output);
    (void)IPin_Disconnect(&r->pins[0].pin);
    (void)IPin_Disconnect(g.input);
    (void)IPin_Disconnect(&s->pins[0].pin);
    grab_end(&g);
    fake_release(s);
    fake_release(r);
}

/* ---- tee and reader ---------------------------------------------------------------------- */

void group_smart_tee(void)
{
    IBaseFilter *filter;
    IPin *input, *output;
    PIN_INFO info;

    if (!make(&CLSID_SmartTee, "CLSID_SmartTee", &IID_IBaseFilter, (void **)&filter))
        return;
    filter_checks(filter, &CLSID_SmartTee);
    answer_value("outputs", count_pins(filter, PINDIR_OUTPUT), "2", "capture and preview");
    input = pin_at(filter, PINDIR_INPUT, 0);
    if (input != NULL) {
        input_checks(filter, input);
        IPin_Release(input);
    }
    output = pin_at(filter, PINDIR_OUTPUT, 0);
    if (output != NULL && SUCCEEDED(IPin_QueryPinInfo(output, &info))) {
        answer_wide("the first output", info.achName, "Capture",
                    "all samples, with their times");
        IBaseFilter_Release(info.pFilter);
        IPin_Release(output);
    }
    output = pin_at(filter, PINDIR_OUTPUT, 1);
    if (output != NULL && SUCCEEDED(IPin_QueryPinInfo(output, &info))) {
        answer_wide("the second output", info.achName, "Preview", "without times");
        IBaseFilter_Release(info.pFilter);
        IPin_Release(output);
    }
    IBaseFilter_Release(filter);
}

void group_async_reader(void)
{
    IFileSourceFilter *source = NULL;
    LPOLESTR name = (LPOLESTR)&source;
    IBaseFilter *filter;
    AM_MEDIA_TYPE type;

    if (!make(&CLSID_AsyncReader, "CLSID_AsyncReader", &IID_IBaseFilter, (void **)&filter))
        return;
    answer_value("outputs before Load", count_pins(filter, PINDIR_OUTPUT), "0|1",
                 "there is a file, or the pin waits for it");
    answer_value("inputs", count_pins(filter, PINDIR_INPUT), "0", "a source");
    answer_hr("IFileSourceFilter",
              IBaseFilter_QueryInterface(filter, &IID_IFileSourceFilter, (void **)&source),
              "S_OK", "it reads files");
    if (source == NULL)
        return;
    answer_hr("GetCurFile before Load", IFileSourceFilter_GetCurFile(source, &name, &type),
              "S_OK|E_FAIL", "there is none");
    answer_yes("its name", name == NULL, "there is none");
    answer_hr("GetCurFile to NULL", IFileSourceFilter_GetCurFile(source, NULL, NULL),
              "E_POINTER", "an address is needed");
    answer_hr("Load of NULL", IFileSourceFilter_Load(source, NULL, NULL), "E_POINTER",
              "a name is needed");
    answer_hr("Load of no file",
              IFileSourceFilter_Load(source, L"oracle-no-such-file.bin", NULL), "any error",
              "the file is not there");
    IFileSourceFilter_Release(source);
    IBaseFilter_Release(filter);
}
