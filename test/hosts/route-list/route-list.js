'use strict';
/** Tells what Node-RED's admin root answers for the nodes that are installed. It registers no node. */
module.exports = (RED) => {
  RED.httpAdmin.get('/test-routes', RED.auth.needsPermission('flows.write'), (_request, response) => {
    response.json(RED.httpAdmin._router.stack.flatMap(routesOf));
  });
};

/** `METHOD path` of every route, and `USE pattern` of what stands below a path of its own. */
function routesOf({ route, regexp }) {
  if (route === undefined) return regexp.fast_slash ? [] : [`USE ${regexp.source}`];
  return Object.keys(route.methods).map((method) => `${method.toUpperCase()} ${route.path}`);
}
