/* SPDX-License-Identifier: MIT */
/* test_object.c - the object core: identity, interface maps, aggregation, parts, counts. */
#include "support.h"

#include <regraft.h>

#include "com/object.h"
#include "platform/memory.h"

/* A whole with two faces and a part with one. */
struct part {
    struct com_object object;
    COM_FACE(IQualityControl) quality;
};

struct whole {
    struct com_object object;
    COM_FACE(IReferenceClock) clock;
    COM_FACE(IAMFilterMiscFlags) flags;
    struct part part;
    unsigned *destroyed;
};

static ULONG get_flags(IAMFilterMiscFlags *face)
{
    (void)face;
    return AM_FILTER_MISC_FLAGS_IS_SOURCE;
}

static const IReferenceClockVtbl clock_vtbl = { COM_UNKNOWN(IReferenceClock) };
static const IAMFilterMiscFlagsVtbl flags_vtbl = { COM_UNKNOWN(IAMFilterMiscFlags),
                                                   .GetMiscFlags = get_flags };
static const IQualityControlVtbl quality_vtbl = { COM_UNKNOWN(IQualityControl) };

static const struct com_entry whole_map[] = {
    COM_ENTRY(IReferenceClock, struct whole, clock),
    COM_ENTRY(IAMFilterMiscFlags, struct whole, flags),
    COM_MAP_END,
};

static const struct com_entry part_map[] = {
    COM_ENTRY(IQualityControl, struct part, quality),
    COM_MAP_END,
};

static void whole_destroy(struct com_object *object)
{
    struct whole *whole = (struct whole *)object;

    /* what is called while it is taken down may take references and drop them again */
    com_object_addref(object);
    com_object_release(object);
    ++*whole->destroyed;
    com_object_fini(&whole->part.object);
    com_object_fini(object);
    rg_free(whole);
}

static struct whole *whole_new(IUnknown *outer, unsigned *destroyed)
{
    struct whole *whole = rg_calloc(1, sizeof(*whole));

    assert_non_null(whole);
    whole->destroyed = destroyed;
    com_object_init(&whole->object, "test whole", whole_map, outer, whole_destroy);
    COM_FACE_INIT(&whole->object, whole->clock, (IReferenceClockVtbl *)&clock_vtbl);
    COM_FACE_INIT(&whole->object, whole->flags, (IAMFilterMiscFlagsVtbl *)&flags_vtbl);
    com_object_init_part(&whole->part.object, "test part", part_map, &whole->object);
    COM_FACE_INIT(&whole->part.object, whole->part.quality,
                  (IQualityControlVtbl *)&quality_vtbl);
    return whole;
}

/* The IUnknown that a face answers with, without a reference. */
static IUnknown *identity_of(void *face)
{
    IUnknown *unknown = face;
    IUnknown *identity = NULL;

    assert_int_equal(IUnknown_QueryInterface(unknown, &IID_IUnknown, (void **)&identity), S_OK);
    IUnknown_Release(identity);
    return identity;
}

static void all_faces_have_one_identity(void **state)
{
    unsigned destroyed = 0;
    struct whole *whole = whole_new(NULL, &destroyed);
    IReferenceClock *clock = NULL;
    IAMFilterMiscFlags *flags = NULL;

    (void)state;
    assert_int_equal(com_query(&whole->flags.i, &IID_IReferenceClock, (void **)&clock), S_OK);
    assert_int_equal(com_query(clock, &IID_IAMFilterMiscFlags, (void **)&flags), S_OK);
    assert_ptr_equal(flags, &whole->flags.i);
    assert_ptr_equal(identity_of(clock), identity_of(flags));
    assert_ptr_equal(identity_of(clock), identity_of(identity_of(clock)));
    assert_int_equal(IAMFilterMiscFlags_GetMiscFlags(flags), AM_FILTER_MISC_FLAGS_IS_SOURCE);
    assert_ptr_equal(COM_HOME(flags, struct whole), whole);
    IReferenceClock_Release(clock);
    IAMFilterMiscFlags_Release(flags);
    assert_int_equal(destroyed, 0);
    com_object_release(&whole->object);
    assert_int_equal(destroyed, 1);
}

static void missing_face_is_no_interface(void **state)
{
    unsigned destroyed = 0;
    struct whole *whole = whole_new(NULL, &destroyed);
    void *face = state;

    assert_int_equal(com_query(&whole->clock.i, &IID_IPin, &face), E_NOINTERFACE);
    assert_null(face);
    assert_int_equal(com_query(&whole->clock.i, &IID_IUnknown, NULL), E_POINTER);
    com_object_release(&whole->object);
    assert_int_equal(destroyed, 1);
}

static HRESULT more(struct com_object *object, REFIID iid, void **out)
{
    if (!IsEqualIID(iid, &IID_IPersist))
        return E_NOINTERFACE;
    com_object_addref(object);
    *out = object;
    return S_OK;
}

static void map_may_have_an_afterword(void **state)
{
    unsigned destroyed = 0;
    struct whole *whole = whole_new(NULL, &destroyed);
    void *face = NULL;

    (void)state;
    whole->object.query_more = more;
    assert_int_equal(com_query(&whole->clock.i, &IID_IPersist, &face), S_OK);
    assert_ptr_equal(face, &whole->object);
    assert_int_equal(com_query(&whole->clock.i, &IID_IPin, &face), E_NOINTERFACE);
    com_object_release(&whole->object);
    com_object_release(&whole->object);
    assert_int_equal(destroyed, 1);
}

static void part_has_its_own_identity_and_its_owners_life(void **state)
{
    unsigned destroyed = 0;
    struct whole *whole = whole_new(NULL, &destroyed);
    IQualityControl *quality = &whole->part.quality.i;
    void *face = NULL;

    (void)state;
    assert_ptr_not_equal(identity_of(quality), identity_of(&whole->clock.i));
    assert_int_equal(IQualityControl_QueryInterface(quality, &IID_IReferenceClock, &face),
                     E_NOINTERFACE);
    assert_int_equal(com_query(&whole->clock.i, &IID_IQualityControl, &face), E_NOINTERFACE);
    IQualityControl_AddRef(quality);
    com_object_release(&whole->object); /* the part's reference keeps the whole */
    assert_int_equal(destroyed, 0);
    IQualityControl_Release(quality);
    assert_int_equal(destroyed, 1);
}

/* --- aggregation --------------------------------------------------------------------------- */

struct outer {
    IUnknown face;
    IUnknown *inner;
    ULONG references;
};

static HRESULT outer_query(IUnknown *face, REFIID iid, void **out)
{
    struct outer *outer = (struct outer *)face;

    if (!IsEqualIID(iid, &IID_IUnknown))
        return IUnknown_QueryInterface(outer->inner, iid, out);
    outer->references++;
    *out = face;
    return S_OK;
}

static ULONG outer_addref(IUnknown *face)
{
    return ++((struct outer *)face)->references;
}

static ULONG outer_release(IUnknown *face)
{
    return --((struct outer *)face)->references;
}

static IUnknownVtbl outer_vtbl = { outer_query, outer_addref, outer_release };

static void aggregated_faces_belong_to_the_outer(void **state)
{
    struct outer outer = { .face = { &outer_vtbl }, .references = 1 };
    unsigned destroyed = 0;
    struct whole *whole = whole_new(&outer.face, &destroyed);
    IReferenceClock *clock = NULL;

    (void)state;
    assert_int_equal(
        com_object_hand_out(&whole->object, &outer.face, &IID_IUnknown, (void **)&outer.inner),
        S_OK);
    assert_ptr_not_equal(outer.inner, &outer.face);
    assert_int_equal(
        IUnknown_QueryInterface(&outer.face, &IID_IReferenceClock, (void **)&clock), S_OK);
    assert_int_equal(outer.references, 2); /* the face counts for the outer */
    assert_ptr_equal(identity_of(clock), &outer.face);
    IReferenceClock_AddRef(clock);
    assert_int_equal(outer.references, 3);
    IReferenceClock_Release(clock);
    IReferenceClock_Release(clock);
    assert_int_equal(outer.references, 1);
    assert_int_equal(IUnknown_Release(outer.inner), 0);
    assert_int_equal(destroyed, 1);
}

static void hand_out_frees_what_nobody_got(void **state)
{
    struct outer outer = { .face = { &outer_vtbl }, .references = 1 };
    unsigned destroyed = 0;
    void *face = state;

    assert_int_equal(
        com_object_hand_out(&whole_new(NULL, &destroyed)->object, NULL, &IID_IPin, &face),
        E_NOINTERFACE);
    assert_null(face);
    assert_int_equal(destroyed, 1);
    face = state;
    assert_int_equal(com_object_hand_out(&whole_new(&outer.face, &destroyed)->object,
                                         &outer.face, &IID_IReferenceClock, &face),
                     CLASS_E_NOAGGREGATION);
    assert_null(face);
    assert_int_equal(destroyed, 2);
    assert_int_equal(outer.references, 1);
}

/* --- counts ------------------------------------------------------------------------------------ */

static DWORD count_up_and_down(LPVOID parameter)
{
    IUnknown *unknown = parameter;
    IUnknown *same;

    for (int i = 0; i < 5000; i++) {
        if (IUnknown_QueryInterface(unknown, &IID_IUnknown, (void **)&same) != S_OK)
            return 1;
        IUnknown_Release(same);
    }
    IUnknown_Release(unknown);
    return 0;
}

static void counts_hold_with_eight_threads(void **state)
{
    unsigned destroyed = 0;
    struct whole *whole = whole_new(NULL, &destroyed);
    HANDLE threads[8];

    (void)state;
    for (unsigned i = 0; i < COUNT_OF(threads); i++) {
        com_object_addref(&whole->object);
        threads[i] = CreateThread(NULL, 0, count_up_and_down, &whole->clock.i, 0, NULL);
    }
    com_object_release(&whole->object); /* the last thread destroys it */
    assert_int_equal(WaitForMultipleObjects(COUNT_OF(threads), threads, TRUE, 20000),
                     WAIT_OBJECT_0);
    assert_int_equal(destroyed, 1);
    for (unsigned i = 0; i < COUNT_OF(threads); i++)
        CloseHandle(threads[i]);
}

static void count_named(const char *name, unsigned references, void *context)
{
    (void)references;
    if (name[0] == 't' && name[1] == 'e' && name[2] == 's' && name[3] == 't')
        ++*(unsigned *)context;
}

static void living_objects_are_told_by_name(void **state)
{
    unsigned before = rg_live_objects(NULL, NULL);
    unsigned destroyed = 0, named = 0;
    struct whole *whole = whole_new(NULL, &destroyed);
    unsigned now = rg_live_objects(count_named, &named);

    (void)state;
#ifdef NDEBUG
    assert_int_equal(now, 0);
#else
    assert_int_equal(now, before + 2); /* whole and part */
    assert_int_equal(named, 2);
#endif
    com_object_release(&whole->object);
    assert_int_equal(rg_live_objects(NULL, NULL), before);
}

static void locals_release_and_steal(void **state)
{
    unsigned destroyed = 0;
    struct whole *whole = whole_new(NULL, &destroyed);
    IReferenceClock *kept;

    (void)state;
    {
        RG_AUTO(IReferenceClock) clock = &whole->clock.i;
        RG_AUTO(IReferenceClock) nothing = NULL;

        IReferenceClock_AddRef(clock);
        kept = RG_STEAL(&clock);
        assert_null(clock);
        assert_null(nothing);
        clock = kept; /* one reference goes at the end of the scope, one stays */
        IReferenceClock_AddRef(clock);
    }
    IReferenceClock_Release(kept);
    assert_int_equal(destroyed, 0);
    com_object_release(&whole->object);
    assert_int_equal(destroyed, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_faces_have_one_identity),
        cmocka_unit_test(missing_face_is_no_interface),
        cmocka_unit_test(map_may_have_an_afterword),
        cmocka_unit_test(part_has_its_own_identity_and_its_owners_life),
        cmocka_unit_test(aggregated_faces_belong_to_the_outer),
        cmocka_unit_test(hand_out_frees_what_nobody_got),
        cmocka_unit_test(counts_hold_with_eight_threads),
        cmocka_unit_test(living_objects_are_told_by_name),
        cmocka_unit_test(locals_release_and_steal),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
