/* SPDX-License-Identifier: MIT */
/* test_resources.c - IResourceManager: who asked first is served first. */
#include "graph_test.h"

struct consumer {
    IResourceConsumer face; /* first */
    unsigned refs, offers;
    HRESULT answer; /* of AcquireResource */
};

static HRESULT STDMETHODCALLTYPE consumer_query(IResourceConsumer *face, REFIID iid, void **out)
{
    (void)face, (void)iid;
    *out = NULL;
    return E_NOINTERFACE;
}

static ULONG STDMETHODCALLTYPE consumer_addref(IResourceConsumer *face)
{
    return ++((struct consumer *)face)->refs;
}

static ULONG STDMETHODCALLTYPE consumer_release(IResourceConsumer *face)
{
    return --((struct consumer *)face)->refs;
}

static HRESULT STDMETHODCALLTYPE consumer_acquire(IResourceConsumer *face, LONG resource)
{
    struct consumer *self = (struct consumer *)face;

    (void)resource;
    self->offers++;
    return self->answer;
}

static HRESULT STDMETHODCALLTYPE consumer_give(IResourceConsumer *face, LONG resource)
{
    (void)face, (void)resource;
    return S_OK;
}

static const IResourceConsumerVtbl consumer_vtbl = {
    .QueryInterface = consumer_query,
    .AddRef = consumer_addref,
    .Release = consumer_release,
    .AcquireResource = consumer_acquire,
    .ReleaseResource = consumer_give,
};
#define CONSUMER(says)                                                                         \
    {                                                                                          \
        { (IResourceConsumerVtbl *)&consumer_vtbl }, 1, 0, says                                \
    }

static IResourceManager *manager_open(struct test_graph *g)
{
    IResourceManager *manager;

    graph_open(g);
    assert_hr(CALL(g->builder, QueryInterface, &IID_IResourceManager, (void **)&manager), S_OK);
    return manager;
}

static void test_in_turn(void **state)
{
    struct consumer a = CONSUMER(S_OK), b = CONSUMER(S_OK), c = CONSUMER(S_OK);
    struct test_graph g;
    IResourceManager *manager = manager_open(&g);
    LONG id = 0, same = 0;

    (void)state;
    assert_hr(CALL(manager, Register, L"device", 1, &id), S_OK);
    assert_hr(CALL(manager, Register, L"device", 5, &same), S_FALSE);
    assert_int_equal(same, id);
    assert_hr(CALL(manager, RequestResource, id, NULL, &a.face), S_OK);
    assert_hr(CALL(manager, RequestResource, id, NULL, &a.face), S_OK); /* has it */
    assert_hr(CALL(manager, RequestResource, id, NULL, &b.face), S_FALSE);
    assert_hr(CALL(manager, RequestResource, id, NULL, &c.face), S_FALSE);
    assert_int_equal(b.offers, 0);
    assert_hr(CALL(manager, NotifyRelease, id, &a.face, TRUE), S_OK); /* behind the others */
    assert_int_equal(b.offers, 1);
    assert_int_equal(c.offers, 0);
    assert_hr(CALL(manager, CancelRequest, id, &c.face), S_OK);
    assert_int_equal(c.refs, 1);
    assert_hr(CALL(manager, CancelRequest, id, &c.face), S_FALSE);
    assert_hr(CALL(manager, NotifyRelease, id, &b.face, FALSE), S_OK);
    assert_int_equal(a.offers, 1);
    LET_GO(manager);
    graph_close(&g);
    assert_int_equal(a.refs, 1);
    assert_int_equal(b.refs, 1);
}

static void test_late_answer(void **state)
{
    struct consumer a = CONSUMER(S_OK), b = CONSUMER(S_FALSE), c = CONSUMER(E_FAIL),
                    d = CONSUMER(S_OK);
    struct test_graph g;
    IResourceManager *manager = manager_open(&g);
    LONG id = 0;

    (void)state;
    assert_hr(CALL(manager, Register, L"device", 1, &id), S_OK);
    assert_hr(CALL(manager, RequestResource, id, NULL, &a.face), S_OK);
    assert_hr(CALL(manager, RequestResource, id, NULL, &b.face), S_FALSE);
    assert_hr(CALL(manager, RequestResource, id, NULL, &c.face), S_FALSE);
    assert_hr(CALL(manager, RequestResource, id, NULL, &d.face), S_FALSE);
    assert_hr(CALL(manager, NotifyRelease, id, &a.face, FALSE), S_OK);
    assert_int_equal(b.offers, 1); /* it will say later, and nobody else is asked meanwhile */
    assert_int_equal(c.offers, 0);
    assert_hr(CALL(manager, NotifyAcquire, id, &b.face, E_FAIL), S_OK);
    assert_int_equal(b.refs, 1);
    assert_int_equal(c.offers, 1); /* does not want it any more */
    assert_int_equal(c.refs, 1);
    assert_int_equal(d.offers, 1);
    LET_GO(manager);
    graph_close(&g);
    assert_int_equal(d.refs, 1);
}

static void test_wrong_arguments(void **state)
{
    struct consumer a = CONSUMER(S_OK);
    struct test_graph g;
    IResourceManager *manager = manager_open(&g);
    LONG id = 0;

    (void)state;
    assert_hr(CALL(manager, Register, NULL, 1, &id), E_POINTER);
    assert_hr(CALL(manager, Register, L"x", 1, NULL), E_POINTER);
    assert_hr(CALL(manager, Register, L"x", 0, &id), E_INVALIDARG);
    assert_hr(CALL(manager, RequestResource, 4, NULL, &a.face), E_INVALIDARG);
    assert_hr(CALL(manager, RequestResource, 4, NULL, NULL), E_POINTER);
    assert_hr(CALL(manager, NotifyAcquire, 4, &a.face, S_OK), E_INVALIDARG);
    assert_hr(CALL(manager, NotifyAcquire, 4, NULL, S_OK), E_POINTER);
    assert_hr(CALL(manager, NotifyRelease, 4, &a.face, FALSE), E_INVALIDARG);
    assert_hr(CALL(manager, CancelRequest, 4, NULL), E_POINTER);
    assert_hr(CALL(manager, RegisterGroup, L"x", 1, &id, &id), E_NOTIMPL);
    assert_hr(CALL(manager, SetFocus, (IUnknown *)manager), E_NOTIMPL);
    assert_hr(CALL(manager, ReleaseFocus, NULL), E_POINTER);
    LET_GO(manager);
    graph_close(&g);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_in_turn),
        cmocka_unit_test(test_late_answer),
        cmocka_unit_test(test_wrong_arguments),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
