/* SPDX-License-Identifier: MIT */
/* checks_connect.c - two pins of a graph are connected, by themselves or by way of others, and let go.
 *
 * Knows: IGraphBuilder with fake filters.  Must not know: how a graph searches.
 */
#include "checks.h"
#include "oracle.h"

static const GUID other_major = {
    0x5b0f3b3a, 0x0c11, 0x4c59, { 0x9c, 0x6a, 0x21, 0x77, 0x0e, 0x5d, 0x1f, 0x20 }
};

static void add(IGraphBuilder *graph, struct fake *fake)
{
    WCHAR name[2] = { (WCHAR)fake->letter, 0 };

    (void)IGraphBuilder_AddFilter(graph, &fake->filter, name);
}

static HRESULT direct(IGraphBuilder *graph, struct fake_pin *output, struct fake_pin *input)
{
    return IGraphBuilder_ConnectDirect(graph, &output->pin, &input->pin, NULL);
}

BOOL road_make(struct road *road)
{
    ZeroMemory(road, sizeof(*road));
    if (!graph_make(&road->graph))
        return FALSE;
    road->control = graph_face(road->graph, &IID_IMediaControl);
    road->s = fake_new('s', "o");
    road->t = fake_new('t', "io");
    road->r = fake_new('r', "i");
    add(road->graph, road->t);
    add(road->graph, road->s);
    add(road->graph, road->r);
    (void)direct(road->graph, &road->s->pins[0], &road->t->pins[0]);
    (void)direct(road->graph, &road->t->pins[1], &road->r->pins[0]);
    (void)fake_log_take();
    return TRUE;
}

void road_end(struct road *road)
{
    (void)IMediaControl_Stop(road->control);
    IGraphBuilder_Release(road->graph);
    fake_release(road->s);
    fake_release(road->t);
    fake_release(road->r);
}

void group_connect_direct(void)
{
    struct fake *s = fake_new('s', "oo"), *r = fake_new('r', "ii");
    IGraphBuilder *graph;
    AM_MEDIA_TYPE type;
    IPin *peer = NULL;

    if (!graph_make(&graph))
        return;
    fake_type(&type, &fake_major, &fake_subtype);
    add(graph, s);
    add(graph, r);
    answer_hr("with a type",
              IGraphBuilder_ConnectDirect(graph, &s->pins[0].pin, &r->pins[0].pin, &type),
              "S_OK", "the pins agree");
    answer_yes("the output is given it", s->pins[0].was_given_type, "as the caller says");
    answer_value("the output is asked", s->pins[0].connects, "1", "IPin::Connect, once");
    answer_value("the input is asked", r->pins[0].connects, "1",
                 "by the output: IPin::ReceiveConnection");
    (void)IPin_ConnectedTo(&s->pins[0].pin, &peer);
    answer_yes("the output's peer", peer == &r->pins[0].pin, "they are connected");
    if (peer != NULL)
        IPin_Release(peer);
    answer_yes("the input's peer", r->pins[0].peer == &s->pins[0].pin, "they are connected");
    answer_hr("without a type", direct(graph, &s->pins[1], &r->pins[1]), "S_OK",
              "the pins find one");
    answer_yes("the output is given none", !s->pins[1].was_given_type, "as the caller says");
    IGraphBuilder_Release(graph);
    fake_release(s);
    fake_release(r);
}

void group_connect_refused(void)
{
    struct fake *s = fake_new('s', "oo"), *r = fake_new('r', "ii"), *x = fake_new('x', "io");
    IGraphBuilder *graph;
    AM_MEDIA_TYPE type;

    if (!graph_make(&graph))
        return;
    fake_type(&type, &other_major, &fake_subtype);
    add(graph, s);
    add(graph, r);
    answer_hr("an input of a stranger", direct(graph, &s->pins[0], &x->pins[0]),
              "VFW_E_NOT_IN_GRAPH", "both filters have to be members");
    answer_hr("an output of a stranger", direct(graph, &x->pins[1], &r->pins[0]),
              "VFW_E_NOT_IN_GRAPH", "both filters have to be members");
    answer_value("nobody was asked", s->pins[0].connects + r->pins[0].connects, "0",
                 "it is refused before");
    (void)IPin_Disconnect(&s->pins[0].pin);
    (void)IPin_Disconnect(&r->pins[0].pin);
    (void)IPin_Disconnect(&x->pins[0].pin);
    (void)IPin_Disconnect(&x->pins[1].pin);
    answer_hr("two outputs", direct(graph, &s->pins[0], &s->pins[1]), "any error",
              "an output and an input are needed");
    answer_hr("two inputs", direct(graph, &r->pins[0], &r->pins[1]), "any error",
              "an output and an input are needed");
    answer_hr("a type that the input refuses",
              IGraphBuilder_ConnectDirect(graph, &s->pins[0].pin, &r->pins[0].pin, &type),
              "VFW_E_TYPE_NOT_ACCEPTED", "what IPin::Connect says");
    s->pins[0].connect_answer = E_OUTOFMEMORY;
    answer_hr("an output that refuses", direct(graph, &s->pins[0], &r->pins[0]),
              "E_OUTOFMEMORY", "what IPin::Connect says");
    s->pins[0].connect_answer = S_OK;
    answer_yes("nothing is connected", s->pins[0].peer == NULL && r->pins[0].peer == NULL,
               "all of them failed");
    (void)direct(graph, &s->pins[0], &r->pins[0]);
    answer_hr("an output that is connected", direct(graph, &s->pins[0], &r->pins[1]),
              "VFW_E_ALREADY_CONNECTED", "what IPin::Connect says");
    answer_hr("an input that is connected", direct(graph, &s->pins[1], &r->pins[0]),
              "VFW_E_ALREADY_CONNECTED", "what IPin::ReceiveConnection says");
    IGraphBuilder_Release(graph);
    fake_release(s);
    fake_release(r);
    fake_release(x);
}

void group_connect_circle(void)
{
    struct fake *a = fake_new('a', "io"), *b = fake_new('b', "io"), *c = fake_new('c', "io");
    IGraphBuilder *graph;

    if (!graph_make(&graph))
        return;
    add(graph, a);
    add(graph, b);
    add(graph, c);
    answer_hr("a filter with itself", direct(graph, &a->pins[1], &a->pins[0]),
              "VFW_E_CIRCULAR_GRAPH", "C-78");
    answer_hr("one to two", direct(graph, &a->pins[1], &b->pins[0]), "S_OK", "no circle");
    answer_hr("two to one", direct(graph, &b->pins[1], &a->pins[0]), "VFW_E_CIRCULAR_GRAPH",
              "C-78");
    answer_hr("two to three", direct(graph, &b->pins[1], &c->pins[0]), "S_OK", "no circle");
    answer_hr("three to one", direct(graph, &c->pins[1], &a->pins[0]), "VFW_E_CIRCULAR_GRAPH",
              "C-78");
    answer_hr("Connect of three to one",
              IGraphBuilder_Connect(graph, &c->pins[1].pin, &a->pins[0].pin),
              "VFW_E_CIRCULAR_GRAPH|VFW_E_CANNOT_CONNECT", "the same for every way to connect");
    answer_yes("nothing is connected", a->pins[0].peer == NULL && c->pins[1].peer == NULL,
               "it was refused");
    IGraphBuilder_Release(graph);
    fake_release(a);
    fake_release(b);
    fake_release(c);
}

void group_connect_disconnect(void)
{
    struct road road;
    struct fake_pin *output, *input;

    if (!road_make(&road))
        return;
    output = &road.s->pins[0];
    input = &road.t->pins[0];
    answer_hr("Disconnect of NULL", IGraphBuilder_Disconnect(road.graph, NULL), "E_POINTER",
              "a pin is needed");
    answer_hr("Disconnect", IGraphBuilder_Disconnect(road.graph, &output->pin), "S_OK",
              "this pin is let go");
    answer_yes("this side", output->peer == NULL, "let go");
    answer_yes("the other side", input->peer == &output->pin,
               "one side only: call it for both");
    answer_hr("Disconnect again", IGraphBuilder_Disconnect(road.graph, &output->pin), "S_FALSE",
              "it was not connected");
    answer_hr("Disconnect of the other side", IGraphBuilder_Disconnect(road.graph, &input->pin),
              "S_OK", "and now both");
    answer_yes("both sides", input->peer == NULL, "let go");
    (void)direct(road.graph, output, input);
    (void)IMediaControl_Pause(road.control);
    answer_hr("Disconnect of a paused pin", IGraphBuilder_Disconnect(road.graph, &output->pin),
              "VFW_E_NOT_STOPPED", "the pin's answer (C-13)");
    answer_yes("it is connected", output->peer == &input->pin, "it was refused");
    road_end(&road);
}

void group_connect_reconnect(void)
{
    struct fake *lonely = fake_new('l', "o");
    struct road road;

    if (!road_make(&road))
        return;
    add(road.graph, lonely);
    answer_hr("Reconnect of a pin that is not connected",
              IGraphBuilder_Reconnect(road.graph, &lonely->pins[0].pin),
              "S_FALSE|VFW_E_NOT_CONNECTED", "there is nothing to make anew");
    answer_hr("Reconnect", IGraphBuilder_Reconnect(road.graph, &road.s->pins[0].pin), "S_OK",
              "it is done on another thread");
    (void)IMediaControl_Pause(road.control);
    answer_value("done before the graph is paused", road.s->pins[0].connects, "2",
                 "the pins are connected a second time");
    answer_yes("with the same pin", road.s->pins[0].peer == &road.t->pins[0].pin,
               "Reconnect keeps the peer");
    answer_hr("Reconnect of a paused pin",
              IGraphBuilder_Reconnect(road.graph, &road.s->pins[0].pin),
              "VFW_E_NOT_STOPPED|S_OK", "S_OK may mean that it is tried and fails");
    (void)IMediaControl_Stop(road.control);
    road_end(&road);
    fake_release(lonely);
}

void group_connect_search(void)
{
    struct fake *s = fake_new('s', "o"), *r = fake_new('r', "i"), *t = fake_new('t', "io");
    IGraphBuilder *graph;

    if (!graph_make(&graph))
        return;
    add(graph, s);
    add(graph, r);
    answer_hr("Connect of pins that agree",
              IGraphBuilder_Connect(graph, &s->pins[0].pin, &r->pins[0].pin), "S_OK",
              "the direct way comes first");
    answer_yes("they are connected", s->pins[0].peer == &r->pins[0].pin, "with each other");
    (void)IGraphBuilder_Disconnect(graph, &s->pins[0].pin);
    (void)IGraphBuilder_Disconnect(graph, &r->pins[0].pin);
    /* now only by way of t, whose output has r's type */
    fake_set_type(r, &other_major, &fake_subtype);
    add(graph, t);
    t->pins[1].major = other_major;
    answer_hr("Connect by way of a member",
              IGraphBuilder_Connect(graph, &s->pins[0].pin, &r->pins[0].pin), "S_OK",
              "filters of the graph are tried before others");
    answer_yes("the way in", s->pins[0].peer == &t->pins[0].pin, "by way of the member");
    answer_yes("the way out", t->pins[1].peer == &r->pins[0].pin, "by way of the member");
    (void)IGraphBuilder_RemoveFilter(graph, &t->filter);
    answer_hr("Connect of pins that do not agree",
              IGraphBuilder_Connect(graph, &s->pins[0].pin, &r->pins[0].pin),
              "VFW_E_CANNOT_CONNECT", "nobody knows the type");
    answer_yes("nothing is connected", s->pins[0].peer == NULL && r->pins[0].peer == NULL,
               "what was tried is undone");
    IGraphBuilder_Release(graph);
    fake_release(s);
    fake_release(r);
    fake_release(t);
}

void group_connect_render(void)
{
    struct fake *s = fake_new('s', "o"), *r = fake_new('r', "i");
    IFilterGraph2 *graph2;
    IGraphBuilder *graph;
    DWORD context = 0;

    if (!graph_make(&graph))
        return;
    graph2 = graph_face(graph, &IID_IFilterGraph2);
    add(graph, s);
    answer_hr("Render with nobody", IGraphBuilder_Render(graph, &s->pins[0].pin),
              "VFW_E_CANNOT_RENDER|VFW_E_CANNOT_CONNECT", "nobody knows the type");
    add(graph, r);
    answer_hr("Render", IGraphBuilder_Render(graph, &s->pins[0].pin), "S_OK",
              "members with a free input are tried first");
    answer_yes("the renderer", s->pins[0].peer == &r->pins[0].pin, "it ends the stream");
    (void)IGraphBuilder_Disconnect(graph, &s->pins[0].pin);
    (void)IGraphBuilder_Disconnect(graph, &r->pins[0].pin);
    answer_hr("RenderEx with flags that are not known",
              IFilterGraph2_RenderEx(graph2, &s->pins[0].pin, 0x80, NULL), "E_INVALIDARG",
              "there is one flag");
    answer_hr("RenderEx with a context",
              IFilterGraph2_RenderEx(graph2, &s->pins[0].pin, 0, &context), "E_INVALIDARG",
              "it has to be NULL");
    (void)IPin_Disconnect(&s->pins[0].pin); /* whoever takes the flag has connected them */
    (void)IPin_Disconnect(&r->pins[0].pin);
    answer_hr("RenderEx to what is there",
              IFilterGraph2_RenderEx(graph2, &s->pins[0].pin,
                                     AM_RENDEREX_RENDERTOEXISTINGRENDERERS, NULL),
              "S_OK", "there is a renderer");
    answer_yes("the renderer that is there", s->pins[0].peer == &r->pins[0].pin,
               "it ends the stream");
    IGraphBuilder_Release(graph);
    fake_release(s);
    fake_release(r);
}

void group_connect_files(void)
{
    static const WCHAR missing[] = L"oracle-no-such-file.bin";
    IBaseFilter *source = (IBaseFilter *)&source;
    IGraphBuilder *graph;

    if (!graph_make(&graph))
        return;
    answer_hr("RenderFile of no file", IGraphBuilder_RenderFile(graph, missing, NULL),
              "VFW_E_NOT_FOUND|0x80070002|VFW_E_CANNOT_LOAD_SOURCE_FILTER|VFW_E_CANNOT_RENDER",
              "the file is not there");
    answer_hr("AddSourceFilter of no file",
              IGraphBuilder_AddSourceFilter(graph, missing, L"x", &source),
              "VFW_E_NOT_FOUND|0x80070002|VFW_E_CANNOT_LOAD_SOURCE_FILTER",
              "the file is not there");
    answer_yes("no source then", source == NULL, "a failure gives NULL");
    answer_hr("SetLogFile of none", IGraphBuilder_SetLogFile(graph, 0), "S_OK", "no log");
    answer_hr("ShouldOperationContinue", IGraphBuilder_ShouldOperationContinue(graph), "S_OK",
              "nobody has said otherwise");
    answer_hr("Abort", IGraphBuilder_Abort(graph), "S_OK", "from any thread");
    answer_hr("ShouldOperationContinue after Abort",
              IGraphBuilder_ShouldOperationContinue(graph), "S_FALSE", "it should not");
    IGraphBuilder_Release(graph);
}
