/* SPDX-License-Identifier: MIT */
/* factory.c - IClassFactory over a row of the class registry.
 *
 * Any thread.
 * Knows: class entries.  Must not know: where they came from.
 */
#include "com/registry.h"

#include "com/object.h"
#include "platform/memory.h"

struct class_factory {
    struct com_object object;
    COM_FACE(IClassFactory) factory;
    const struct rg_class_entry *entry;
};

static HRESULT factory_create_instance(IClassFactory *face, IUnknown *outer, REFIID iid,
                                       void **out)
{
    const struct class_factory *factory = COM_HOME(face, struct class_factory);

    return rg_class_make(factory->entry, outer, iid, out);
}

/* Modules stay loaded, so there is nothing that a lock would have to keep. */
static HRESULT factory_lock_server(IClassFactory *face, BOOL lock)
{
    (void)face;
    (void)lock;
    return S_OK;
}

static const IClassFactoryVtbl factory_vtbl = {
    COM_UNKNOWN(IClassFactory),
    .CreateInstance = factory_create_instance,
    .LockServer = factory_lock_server,
};

static const struct com_entry factory_map[] = {
    COM_ENTRY(IClassFactory, struct class_factory, factory),
    COM_MAP_END,
};

static void factory_destroy(struct com_object *object)
{
    struct class_factory *factory = (struct class_factory *)object;

    com_object_fini(object);
    rg_free(factory);
}

HRESULT rg_class_make(const struct rg_class_entry *entry, IUnknown *outer, REFIID iid,
                      void **ret_object)
{
    if (ret_object == NULL)
        return E_POINTER;
    *ret_object = NULL;
    if (entry == NULL || iid == NULL)
        return E_POINTER;
    if (outer != NULL &&
        (!IsEqualIID(iid, &IID_IUnknown) || (entry->flags & RG_CLASS_NO_AGGREGATION) != 0))
        return CLASS_E_NOAGGREGATION;
    return entry->create(entry, outer, iid, ret_object);
}

HRESULT rg_class_factory(const struct rg_class_entry *entry, REFIID iid, void **ret_factory)
{
    struct class_factory *factory;

    if (ret_factory == NULL)
        return E_POINTER;
    *ret_factory = NULL;
    if (entry == NULL || iid == NULL)
        return E_POINTER;
    factory = rg_calloc(1, sizeof(*factory));
    if (factory == NULL)
        return E_OUTOFMEMORY;
    com_object_init(&factory->object, "class factory", factory_map, NULL, factory_destroy);
    COM_FACE_INIT(&factory->object, factory->factory, (IClassFactoryVtbl *)&factory_vtbl);
    factory->entry = entry;
    return com_object_hand_out(&factory->object, NULL, iid, ret_factory);
}

HRESULT rg_module_class_object(const struct rg_module *module, REFCLSID clsid, REFIID iid,
                               void **ret_factory)
{
    if (ret_factory == NULL)
        return E_POINTER;
    *ret_factory = NULL;
    if (module == NULL || clsid == NULL || iid == NULL)
        return E_POINTER;
    for (unsigned i = 0; i < module->count; i++)
        if (IsEqualCLSID(module->entries[i]->clsid, clsid))
            return rg_class_factory(module->entries[i], iid, ret_factory);
    return CLASS_E_CLASSNOTAVAILABLE;
}
